/* Words of quoting, by language. */
#include "config.h"

#include "mime/quote-words.h"

#include <string.h>

static const char *const wrote_list[] = {"wrote", "writes", "schrieb", "geschrieben", "hat geschrieben",
    "a écrit", "écrit", "a ecrit", "escribió", "escribio", "ha scritto", "scrisse", "ha scritto il",
    "escreveu", "va escriure", "escrigué", "ha escrit", "schreef", "geschreven", "heeft geschreven",
    "het volgende geschreven", "skrev", "skrifaði", "kirjoitti", "kirjutas", "rakstīja", "rašė", "parašė",
    "napísal", "napísal(a)", "napísala", "napsal", "napsal(a)", "napsala", "píše", "napisał", "napisał(a)",
    "napisała", "pisze", "napisao", "napisao je", "napisala", "je napisao/la", "je napisal", "napisao/la",
    "je pisal", "írta", "ezt írta", "a következőt írta", "a scris", "scris", "yazdı", "şunu yazdı",
    "şunları yazdı", "έγραψε", "написал", "написал(а)", "написала", "написав", "написав(ла)", "пише", "пишет",
    "писал", "писал(а)", "написа", "напиша", "је написао", "напісаў", "כתב", "כתבה", "כתב/ה", "מאת", "كتب",
    "كتبت", "نوشت", "تمت كتابة ما يلي", "تمت كتابة", "写道", "寫道", "写到", "写入", "wrote：",
    "のメッセージ", "さんが書きました", "書いた", "님이 작성", "님이 쓴 글", "작성", "씀", "viết", "đã viết",
    "menulis", "menulis berikut", "เขียน", "เขียนว่า", "ने लिखा", "shkroi", "egin du", "idatzi du", "escribiu",
    "ysgrifennodd", NULL};

enum { OPENER_BYTES = 48 }; /* none is longer */

static const char *const openers[] = {"on", "at", "in", "am", "den", "le", "el", "il", "em", "a", "dňa",
    "dne", "dnia", "w", "op", "på", "þann", "dana", "dne", "kuupäeval", "în", "la", "pe", "στις", "в", "у",
    "на", "vào", "pada", "tanggal", "เมื่อ", "เมื่อวันที่", "在", "於", "于", "בתאריך", "ב-", "في", "بتاريخ", "در",
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday", "mo", "di", "mi", "do", "fr", "sa", "so", "montag", "dienstag", "mittwoch",
    "donnerstag", "freitag", "samstag", "sonntag", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "lundi",
    "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "mié", "jue", "vie", "sáb", "dom",
    "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo", "gio", "lunedì", "martedì",
    "mercoledì", "giovedì", "venerdì", "sabato", "domenica", "seg", "ter", "qua", "qui", "sex",
    "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "ma", "wo", "vr", "za",
    "zo", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag", "man", "tir", "ons",
    "tor", "tors", "fre", "lør", "søn", "lör", "sön", "mån", "tis", "ti", "ke", "to", "pe", "la", "su",
    "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag", "måndag", "tisdag", "lördag",
    "söndag", "po", "út", "st", "št", "čt", "pá", "pi", "so", "ne", "pon", "wt", "śr", "czw", "pt", "sob",
    "niedz", "pondelok", "utorok", "streda", "štvrtok", "piatok", "sobota", "nedeľa", "pondělí", "úterý",
    "středa", "čtvrtek", "pátek", "neděle", "poniedziałek", "wtorek", "środa", "czwartek", "piątek",
    "niedziela", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "нд", "понедельник", "вторник", "среда", "четверг",
    "пятница", "суббота", "воскресенье", "понеділок", "вівторок", "середа", "четвер", "п'ятниця", "субота",
    "неділя", "pzt", "sal", "çar", "per", "cum", "cmt", "paz", "joi", "mie", "vin", "sâm", NULL};

static const struct {
	enum quote_role role;
	const char *words; /* separated by '|' */
} roles[] = {
    {QUOTE_FROM, "|from|von|absender|de|de "
		 "la|expéditeur|da|mittente|van|fra|från|lähettäjä|od|nadawca|odosielateľ|odesílatel|feladó|"
		 "от|от кого|від|від "
		 "кого|отправитель|kimden|gönderen|από|šalje|saatja|no|nuo|发件人|寄件者|寄件人|發件人|"
		 "差出人|送信元|送信者|보낸 사람|보낸사람|"
		 "mula kay|dari|từ|người gửi|จาก|من|מאת|از|expeditor|remitente|remetente|frá|kellett|od "
		 "koho|message de|pošiljatelj|"},
    {QUOTE_TO, "|to|an|empfänger|à|a|pour|para|destinataire|destinatario|destinatário|aan|til|till|"
	       "vastaanottaja|do|komu|adresat|pre|"
	       "címzett|кому|получатель|до|kime|alıcı|προς|prima|za|către|kam|kellele|gavėjas|收件人|收件者|"
	       "宛先|送信先|받는 사람|받는사람|kepada|đến|người nhận|ถึง|"
	       "إلى|אל|به|príjemca|příjemce|i|"},
    {QUOTE_CC, "|cc|kopie|kopie (cc)|copie à|copie|copia|cópia|kopi|kopia|kopio|dw|do "
	       "wiadomości|kópia|kopija|másolat|másolatot kap|копия|"
	       "копія|bilgi|κοιν|抄送|副本|参照|참조|bcc|reply-to|antwort an|répondre à|responder "
	       "a|responder para|rispondi a|odpovědět|tembusan|"},
    {QUOTE_DATE,
	"|date|sent|datum|gesendet|gesendet am|envoyé|envoyé le|date d'envoi|fecha|enviado|enviado "
	"el|enviada em|enviado em|"
	"data|inviato|verzonden|verzonden "
	"op|dato|sendt|skickat|lähetetty|päivämäärä|päiväys|odoslané|dátum|odesláno|wysłano|data "
	"wysłania|küldve|"
	"elküldve|дата|отправлено|дата отправки|відправлено|надіслано|tarih|gönderilen|gönderildi|gönderme "
	"tarihi|ημερομηνία|στάλθηκε|poslano|"
	"saadetud|kuupäev|data și "
	"ora|trimis|nosūtīts|datums|išsiųsta|发送时间|发送日期|日期|寄件日期|傳送時間|日時|日付|送信日時|"
	"날짜|보낸 날짜|보낸날짜|tanggal|dikirim|ngày|đã gửi|"
	"วันที่|ส่ง|التاريخ|تاريخ الإرسال|تاريخ|נשלח|תאריך|message du|sendt den|dagsetning|"},
    {QUOTE_SUBJECT, "|subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|emne|ämne|aihe|otsikko|"
		    "predmet|předmět|temat|tárgy|"
		    "тема|konu|θέμα|naslov|subiect|teema|temats|tēma|tema|主题|主旨|标题|件名|제목|perihal|"
		    "subjek|chủ đề|tiêu đề|เรื่อง|"
		    "หัวเรื่อง|الموضوع|נושא|موضوع|assumpte|efni|"},
};

/* "|from|von|" -> its words, each with the role. */
static void
add_words(GHashTable *table, const char *words, enum quote_role role)
{
	g_auto(GStrv) each = g_strsplit(words, "|", -1);

	for (char **word = each; *word != NULL; word++)
		if (**word != '\0' && !g_hash_table_contains(table, *word))
			g_hash_table_insert(table, g_strdup(*word), GINT_TO_POINTER(role));
}

enum quote_role
quote_role_of(const char *key)
{
	static GHashTable *table;

	if (g_once_init_enter(&table)) {
		GHashTable *made = g_hash_table_new(g_str_hash, g_str_equal);

		for (gsize i = 0; i < G_N_ELEMENTS(roles); i++)
			add_words(made, roles[i].words, roles[i].role);
		g_once_init_leave(&table, made);
	}
	return (enum quote_role)GPOINTER_TO_INT(g_hash_table_lookup(table, key));
}

gboolean
quote_is_opener(const char *word, gsize length)
{
	static GHashTable *table;
	char key[OPENER_BYTES];

	if (length >= sizeof key)
		return FALSE;
	memcpy(key, word, length);
	key[length] = '\0';

	if (g_once_init_enter(&table)) {
		GHashTable *made = g_hash_table_new(g_str_hash, g_str_equal);

		for (gsize i = 0; openers[i] != NULL; i++)
			g_hash_table_add(made, (char *)openers[i]);
		g_once_init_leave(&table, made);
	}
	return g_hash_table_contains(table, key);
}

static const char *const original_list[] = {"original message", "original appointment", "original mail",
    "original email", "message original", "message d'origine", "message initial", "mail original",
    "courriel original", "ursprüngliche nachricht", "originalnachricht", "original-nachricht",
    "ursprüngliche mail", "original nachricht", "mensaje original", "messaggio originale",
    "messaggio originario", "mensagem original", "missatge original", "oorspronkelijk bericht",
    "origineel bericht", "oprindelig meddelelse", "oprindelig besked", "original meddelelse",
    "opprinnelig melding", "original melding", "originalmeddelande", "ursprungligt meddelande",
    "ursprungsmeddelande", "alkuperäinen viesti", "pôvodná správa", "pôvodný e-mail", "původní zpráva",
    "původní e-mail", "původní email", "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość pierwotna",
    "pierwotna wiadomość", "eredeti üzenet", "mesaj original", "mesajul original", "orijinal mesaj",
    "özgün ileti", "orijinal ileti", "özgün mesaj", "исходное сообщение", "исходное письмо",
    "пересылаемое сообщение:", "оригинальное сообщение", "первоначальное сообщение",
    "оригінальне повідомлення", "вихідне повідомлення", "оригинално съобщение", "izvorna poruka",
    "originalna poruka", "izvirno sporočilo", "αρχικό μήνυμα", "algne kiri", "originaalkiri",
    "originalus laiškas", "oriģinālais ziņojums", "原始邮件", "原邮件", "原始郵件", "原始訊息",
    "元のメッセージ", "original message (元のメッセージ)", "원본 메시지", "원본 메일", "tin nhắn gốc",
    "thư gốc", "pesan asli", "ข้อความต้นฉบับ", "الرسالة الأصلية", "הודעה מקורית", "reply message",
    "antwort nachricht", "reply original", "previous message", NULL};

static const char *const forwarded_list[] = {"forwarded message", "begin forwarded message", "forwarded mail",
    "forwarded email", "forwarded by", "start of forwarded message", "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht", "weitergeleitete e-mail", "message transféré",
    "message transmis", "début du message réexpédié", "début du message transféré", "message réexpédié",
    "message transféré de", "mensaje reenviado", "inicio del mensaje reenviado", "messaggio inoltrato",
    "inizio messaggio inoltrato", "mensagem encaminhada", "mensagem reencaminhada",
    "início da mensagem encaminhada", "início da mensagem reencaminhada", "missatge reenviat",
    "doorgestuurd bericht", "begin doorgestuurd bericht", "videresendt meddelelse", "videresendt besked",
    "start på videresendt besked", "start på videresendt meddelelse", "videresendt melding",
    "start på videresendt melding", "begynnelse på videresendt melding", "videresendt e-post",
    "vidarebefordrat meddelande", "vidarebefordrat brev", "påbörja vidarebefordrat meddelande",
    "början på vidarebefordrat meddelande", "edelleenlähetetty viesti", "välitetty viesti",
    "välitetty viesti alkaa", "lähetetty edelleen", "preposlaná správa", "začiatok preposlanej správy",
    "přeposlaná zpráva", "začátek přeposílané zprávy", "začátek přeposlané zprávy",
    "wiadomość przesłana dalej", "przekazana wiadomość", "przekazywana wiadomość",
    "początek przekazywanej wiadomości", "treść przekazanej wiadomości", "wiadomość przekazana",
    "továbbított üzenet", "továbbított levél", "továbbított levél kezdete", "mesaj redirecționat",
    "mesaj redirectionat", "mesaj înaintat", "început mesaj redirecționat", "iletilmiş mesaj",
    "iletilen ileti", "iletilen mesaj", "yönlendirilen ileti", "iletinin başlangıcı", "yönlendirilmiş mesaj",
    "пересылаемое сообщение", "пересланное сообщение", "начало переадресованного сообщения",
    "начало пересылаемого сообщения", "перенаправлене повідомлення", "переслане повідомлення",
    "початок листа, що пересилається", "препратено съобщение", "započni proslijeđenu poruku",
    "proslijeđena poruka", "posredovano sporočilo", "προωθημένο μήνυμα", "edastatud kiri",
    "persiųstas laiškas", "pārsūtītā ziņa", "メッセージを転送", "転送メッセージ", "転送されたメッセージ",
    "转发邮件", "转发的邮件", "轉寄郵件", "轉寄的郵件", "전달된 메시지", "전달 메시지", "thư đã chuyển tiếp",
    "tin nhắn được chuyển tiếp", "pesan terusan", "pesan yang diteruskan", "ข้อความที่ส่งต่อ", "رسالة محولة",
    "رسالة معاد توجيهها", "הודעה שהועברה", NULL};

static const char *const delimiters_list[] = {"reply above this line", "reply above", "write above this line",
    "type above this line", "type your reply above", "write your reply above", "respond above this line",
    "reply above the line", "add your reply above", "please reply above", "enter your reply above",
    "do not write below this line", "do not type below this line", "antworten sie oberhalb dieser zeile",
    "antwort oberhalb dieser", "über dieser zeile antworten", "schreiben sie ihre antwort über",
    "antworten sie über dieser", "bitte oberhalb dieser", "répondre au-dessus de cette ligne",
    "répondez au-dessus", "au-dessus de cette ligne", "responda por encima de esta línea",
    "por encima de esta línea", "encima de esta línea", "rispondi sopra questa riga", "sopra questa riga",
    "sopra questa linea", "responda acima desta linha", "acima desta linha", "boven deze regel",
    "over denne linje", "över denna rad", "ovanför denna rad", "tämän rivin yläpuolelle", "nad týmto riadkom",
    "nad tento riadok", "nad tímto řádkem", "nad tento řádek", "powyżej tej linii", "nad tą linią",
    "e sor fölé", "a vonal fölé", "deasupra acestei linii", "bu satırın üst", "выше этой строки",
    "выше этой линии", "вище цієї лінії", "вище цього рядка", "iznad ove linije", "nad to vrstico",
    "πάνω από αυτή τη γραμμή", "この線より上", "この行より上", "在此行以上", "请在此行上方", "請在此行上方",
    "이 줄 위", NULL};

static const char *const devices_list[] = {"sent from", "sent via", "sent with", "sent using", "sent by my",
    "sent on the go", "send from my", "from my iphone", "from my ipad", "from my mobile", "from my android",
    "from my samsung", "from my blackberry", "get outlook for", "get bluemail for", "download outlook",
    "composed on my", "typed on my", "written on my", "dictated to", "gesendet von", "gesendet mit",
    "gesendet über", "gesendet aus", "von meinem", "von meiner", "von unterwegs gesendet", "mobil gesendet",
    "diese nachricht wurde von meinem", "diese nachricht wurde mit", "holen sie sich outlook", "outlook für",
    "envoyé de mon", "envoyé depuis", "envoyé de", "envoyé à partir", "envoyé avec", "envoyé par",
    "télécharger outlook", "obtenez outlook", "provenance : courrier", "provenance", "de mon iphone",
    "enviado desde", "enviado de", "enviado con", "enviado via", "enviado por", "enviado do meu",
    "enviado a partir", "enviado mediante", "enviat des", "obtener outlook", "descarga outlook",
    "obter o outlook", "baixar o outlook", "inviato da", "inviato con", "inviato dal", "inviato tramite",
    "scarica outlook", "ottieni outlook", "verzonden vanaf", "verzonden vanuit", "verzonden met",
    "verzonden via", "verstuurd vanaf", "verstuurd met", "outlook voor", "sendt fra", "sendt med",
    "sendt via", "hent outlook", "skickat från", "skickat med", "skickat via", "hämta outlook", "lähetetty",
    "hanki outlook", "získajte outlook", "outlook pre", "ipinadala mula sa", "naipadala mula sa",
    "odoslané z", "odoslané cez", "poslané z", "odesláno z", "odesláno přes", "posláno z", "získať outlook",
    "získejte outlook", "wysłane z", "wysłano z", "wysłane przez", "wysłano przez", "wysłane za pomocą",
    "pobierz outlook", "küldve", "elküldve az", "trimis de pe", "trimis din", "trimis cu", "trimis de la",
    "obțineți outlook", "отправлено с", "отправлено из", "отправлено через", "послано с",
    "с уважением, отправлено", "надіслано з", "надіслано через", "відправлено з", "изпратено от", "poslano z",
    "poslano s", "poslano iz", "послато са", "στάλθηκε από", "απεσταλμένο από", "saadetud minu",
    "saadetud telefonist", "nosūtīts no", "išsiųsta iš", "gönderen: iphone", "从我的", "發自我的", "发自我的",
    "来自我的", "來自我的", "發送自", "发送自", "傳送自我的", "从网易邮箱", "發自", "发自", "iphoneから",
    "ipadから", "私のiphone", "나의 iphone", "내 iphone", "dikirim dari", "được gửi từ", "đã gửi từ",
    "gửi từ", "ส่งจาก", "أرسلت من", "أُرسلت من", "تم الإرسال من", "مرسل من", "נשלח מ", "ارسال شده از", NULL};

static const char *const devices_end_list[] = {"gesendet", "from mobile", "from my mobile", "from my phone",
    "dan gönderildi", "den gönderildi", "umdan gönderildi", "imden gönderildi", "gönderildi", "から送信",
    "より送信", "에서 보냄", "에서 전송", "에서 보낸", "发送", "發送", "傳送", "küldve", "lähetetty", NULL};

static const char *const device_names_list[] = {" my ", "iphone", "ipad", "ipod", "apple", "android",
    "samsung", "galaxy", "huawei", "honor", "xiaomi", "redmi", "nokia", "htc", "sony", "xperia", "motorola",
    "oneplus", "oppo", "pixel", "blackberry", "windows", "outlook", "mail", "correo", "courrier", "posta",
    "pošt", "пошт", "почт", "邮", "郵", "yahoo", "aol", "bluemail", "proton", "thunderbird", "typeapp",
    "phone", "fon", "mobil", "móvil", "celular", "telepono", "cellulare", "handy", "tablet", "device",
    "gerät", "appareil", "dispositivo", "apparaat", "enhed", "enhet", "laite", "puhel", "zariaden", "zařízen",
    "urządzen", "készülék", "eszköz", "dispozitiv", "cihaz", "устройств", "пристро", "телефон", "айфон",
    "смартфон", "συσκευή", "κινητ", "手机", "手機", "邮箱", "スマートフォン", "スマホ", "携帯", "裝置",
    "设备", "기기", "휴대", "điện thoại", "ponsel", "هاتف", " pc", " mac", "unterwegs", NULL};

static const char *const disclaimers_list[] = {"confidential", "privileged", "intended recipient",
    "disclaimer", "vertraulich", "confidentiel", "confidencial", "riservat", "vertrouwelijk", "fortrolig",
    "konfidentiell", "luottamuksel", "dôvern", "důvěrn", "poufn", "bizalmas", "confidențial", "gizli",
    "конфиденциальн", "конфіденційн", "unsubscribe", "mailing list", NULL};

const char *const quote_forward_prefixes[] = {"fwd", "fw", "wg", "wtr", "tr", "rv", "rvd", "enc", "vs", "vl",
    "vb", "vd", "vs", "pd", "pfw", "i", "doorst", "továbbítás", "továbbítva", "ynt", "ilt", "ilet", "пересл",
    "пд", "переслано", "przekaz", "fs", "rém", "redir", "fvs", "vidarebef", "videres", "转发", "轉寄", "转",
    "轉", "転送", "전달", "chuyển tiếp", "trs", "prp", "προώθ", "πρθ", "dal", "edasi", "hws", "إعادة توجيه",
    "הועבר", "forward", "videresend", "videresendt", "vidarebefordra", "vidarebefordrat", "weitergeleitet",
    "weiterleitung", "doorgestuurd", "transféré", "transfert", "réexp", "reenv", "reenviado", "reenviar",
    "encaminhado", "encaminhada", "inoltro", "inoltrato", "inoltra", "przekazano", "preposlané", "přeposláno",
    "přepos", "továbbküldve", "yönl", "yönlendirme", "iletilen", "välitetty", "переслать", "пересылка",
    "переадресовано", NULL};

struct phrases quote_wrote = PHRASES(wrote_list);
struct phrases quote_original = PHRASES(original_list);
struct phrases quote_forwarded = PHRASES(forwarded_list);
struct phrases quote_delimiters = PHRASES(delimiters_list);
struct phrases quote_devices = PHRASES(devices_list);
struct phrases quote_device_names = PHRASES(device_names_list);
struct phrases quote_disclaimers = PHRASES(disclaimers_list);
struct phrases quote_wrote_behind = PHRASES_BEHIND(wrote_list);
struct phrases quote_devices_behind = PHRASES_BEHIND(devices_end_list);
