"""Words are found in every script, in subject and text, also those that have no spaces between them."""
from desk import wait_for

TEXTS = {
    "Chinese": ("订单没有到", "你好，我上周订购的台灯还没有送到。", ["台灯", "订单"]),
    "Japanese": ("電球が届きません", "先週注文した電球がまだ届いていません。", ["電球", "注文した"]),
    "Arabic": ("المصباح لا يعمل", "مرحبا، المصباح الذي طلبته لا يعمل منذ أمس.", ["المصباح", "طلبته"]),
    "Vietnamese": ("Đèn không sáng", "Chào bạn, chiếc đèn tôi mua tuần trước không sáng.", ["không sáng", "tuần trước"]),
    "Slovak": ("Žiarovka", "Žiarovka, ktorú som kúpila, nesvieti.", ["žiarovka", "kúpila"]),
}


def story(desk):
    for language, (subject, text, _) in TEXTS.items():
        desk.write(subject, text + "\n", who=language.lower())
    numbers = {language: desk.about(subject)["number"] for language, (subject, _, _) in TEXTS.items()}
    for language, (_, _, words) in TEXTS.items():
        for word in words:
            found = wait_for("%s to be found" % word, lambda word=word: desk.ctl("search", *word.split()))
            assert {hit["ticket"] for hit in found} == {numbers[language]}, "%s: %s" % (word, found)
    assert desk.ctl("search", "nikdytotonikto") == []
