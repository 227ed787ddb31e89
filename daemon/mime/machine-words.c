/* Subjects of automatic answers. */
#include "config.h"

#include "mime/machine-words.h"

#include <stddef.h>

static const char *const subjects_list[] = {
    /* en */ "automatic reply", "automatic response", "auto reply", "auto-reply", "autoreply",
    "auto response", "auto-response", "autoresponse", "autoresponder", "auto-responder", "auto responder",
    "automated reply", "automated response", "[auto-reply]", "[autoreply]", "[auto reply]",
    "auto:", "out of office auto", "out-of-office auto", "out of office reply", "out of office response",
    "out of office notification", "vacation reply", "vacation response", "vacation message",
    "vacation autoreply", "away from my mail", "out of the office reply", "(auto response)", "(auto reply)",
    "(autoresponse)", "{auto}", "auto: ",
    /* de */ "automatische antwort", "automatische rückantwort", "automatische abwesenheits",
    "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsassistent",
    "abwesenheitsbenachrichtigung", "automatisch generierte antwort", "automatische eingangsbestätigung",
    "urlaubsnotiz", "autom. antwort",
    /* fr */ "réponse automatique", "réponse auto", "reponse automatique", "message d'absence",
    "notification d'absence", "avis d'absence", "absent(e) du bureau",
    "absence du bureau :", "message automatique",
    /* es, ca, gl */ "respuesta automática", "respuesta automatica", "contestación automática",
    "mensaje automático", "resposta automàtica", "aviso de ausencia",
    /* pt */ "resposta automática", "resposta automatica", "mensagem automática", "aviso de ausência",
    /* it */ "risposta automatica", "messaggio automatico", "notifica di assenza",
    /* nl */ "automatisch antwoord", "automatische reactie", "afwezigheidsmelding", "afwezigheidsbericht",
    "automatische beantwoording", "afwezigheidsassistent",
    /* da, no, sv, fi */ "automatisk svar", "autosvar", "fraværsmeddelelse", "fraværsmelding",
    "automatiskt svar", "frånvaromeddelande", "frånvarobesked", "automaattinen vastaus", "automaattivastaus",
    "poissaoloilmoitus",
    /* sk, cs, pl */ "automatická odpoveď", "automaticka odpoved", "automatická odpověď",
    "automatická správa", "automatická zpráva", "oznámenie o neprítomnosti", "oznámení o nepřítomnosti",
    "upozornenie na neprítomnosť", "odpowiedź automatyczna", "automatyczna odpowiedź",
    "odpowiedz automatyczna", "autoodpowiedź", "autoodpowiedz", "informacja o nieobecności",
    /* hu, ro, tr */ "automatikus válasz", "automatikus üzenet", "házon kívüli válasz", "răspuns automat",
    "raspuns automat", "otomatik yanıt", "otomatik cevap", "otomatik yanit",
    /* ru, uk, bg, sr, hr, sl */ "автоматический ответ", "автоответ",
    "автоматическое уведомление об отсутствии", "автоматична відповідь", "автовідповідь",
    "автоматичен отговор", "аутоматски одговор", "automatski odgovor", "samodejni odgovor",
    "obvestilo o odsotnosti",
    /* el, et, lv, lt */ "αυτόματη απάντηση", "απάντηση εκτός γραφείου", "automaatvastus",
    "automātiskā atbilde", "automātiska atbilde", "automatinis atsakymas",
    /* he, ar, fa */ "תשובה אוטומטית", "מענה אוטומטי", "رد تلقائي", "الرد التلقائي", "پاسخ خودکار",
    /* zh, ja, ko, vi, th, id */ "自动回复", "自動回覆", "自動答覆", "自動回復", "自动答复", "自動応答",
    "自動返信", "不在通知", "자동 회신", "자동 응답", "자동응답", "부재중 자동", "trả lời tự động",
    "thư trả lời tự động", "ตอบกลับอัตโนมัติ", "การตอบกลับอัตโนมัติ", "balasan otomatis", "jawapan automatik",
    "balas automatik", NULL};

static const char *const subjects_weak_list[] = {"out of office", "out of the office", "out-of-office", "ooo",
    "away from office", "away from the office", "away from my desk", "on vacation", "on holiday", "on leave",
    "on annual leave", "vacation", "i am away", "i'm away", "i am out of the office", "i am on vacation",
    "away message", "maternity leave", "abwesend", "abwesenheit", "außer haus", "nicht im büro", "im urlaub",
    "urlaub", "absence", "absent du bureau", "absent", "en congé", "en vacances", "fuera de la oficina",
    "fuera de oficina", "ausente", "ausencia", "de vacaciones", "fora do escritório", "ausência",
    "ausência temporária", "de férias", "fuori ufficio", "fuori sede", "assenza", "assente", "in ferie",
    "afwezig", "niet op kantoor", "buiten kantoor", "met vakantie", "op vakantie", "ikke til stede",
    "ikke på kontoret", "på ferie", "fravær", "frånvarande", "ej på kontoret", "inte på kontoret",
    "på semester", "semester", "poissa", "poissa toimistosta", "lomalla", "mimo kancelárie",
    "mimo kancelarie", "som mimo kancelárie", "neprítomnosť", "neprítomný", "neprítomná", "dovolenka",
    "na dovolenke", "mimo kancelář", "nepřítomnost", "nepřítomen", "dovolená", "na dovolené", "nieobecność",
    "poza biurem", "nieobecny", "nieobecna", "urlop", "na urlopie", "házon kívül", "szabadság", "szabadságon",
    "nem vagyok az irodában", "absent din birou", "în afara biroului", "în concediu", "concediu",
    "ofis dışında", "ofis dışındayım", "izindeyim", "izinde", "нет на месте", "отсутствие", "отсутствую",
    "в отпуске", "отпуск", "вне офиса", "нет в офисе", "відсутність", "у відпустці", "поза офісом",
    "відпустка", "извън офиса", "в отпуск", "van ureda", "na godišnjem odmoru", "izvan ureda", "odsoten",
    "odsotnost", "na dopustu", "εκτός γραφείου", "σε άδεια", "kontorist väljas", "puhkusel", "ārpus biroja",
    "atvaļinājumā", "nesu biure", "atostogose", "מחוץ למשרד", "בחופשה", "خارج المكتب", "في إجازة", "外出",
    "休假", "不在办公室", "不在辦公室", "休暇", "不在", "부재중", "휴가", "vắng mặt", "ngoài văn phòng",
    "ไม่อยู่ที่สำนักงาน", "di luar kantor", "cuti", NULL};

struct phrases machine_subjects = PHRASES(subjects_list);
struct phrases machine_subjects_weak = PHRASES(subjects_weak_list);
