"""What the reader says when it cannot read a file, in sentences a person can act on."""


class Refused(Exception):
    """The file was not read. ``str(error)`` is a sentence for the person who sent it."""


class NeedsPassword(Refused):
    """The PDF is encrypted and no password, or a wrong one, was given."""


class Unreadable(Refused):
    """The file is damaged, empty, or not what its first bytes claim."""


class UnknownFormat(Refused):
    """The bytes are neither a PDF, a Word document (.docx), nor a picture."""


class TooLarge(Refused):
    """More pages or pixels than one reading allows."""
