"""An error in words: the one way from the facts to a sentence, on every face."""

from app.errors import ExamError
from app.web.words.en import SENTENCES, Counted
from app.web.words.language import ENGLISH, Language


def sentence_of(error: ExamError, language: Language = ENGLISH) -> str:
    """Return what an error says to a person."""
    facts = vars(error)
    match SENTENCES[type(error)]:
        case Counted(one, many, fact):
            return language.plural(one, many, facts[fact], **facts)
        case str(sentence):
            return language.text(sentence, **facts)
