"""Why a file is not read; the child names the fault, and the parent says it in a sentence."""

from enum import StrEnum

from app.kit.errors import InvalidRequest, Text


class Fault(StrEnum):
    """What is wrong with a whole file."""

    UNSUPPORTED = "unsupported_file"
    DAMAGED = "damaged_file"
    LOCKED = "locked_file"
    TOO_COMPLEX = "too_complex"
    TOO_MANY_ROWS = "too_many_rows"
    FORMULAS = "formulas"
    MACROS = "macros"
    LINKS = "external_links"
    ENTITIES = "entities"
    NO_HEADER = "no_header"
    SAME_HEADER = "same_header"
    NO_ROWS = "no_rows"


class Refused(Exception):
    """The file is refused; `what` names cells, columns or a number."""

    def __init__(self, fault: Fault, what: str = "") -> None:
        self.fault, self.what = fault, what
        super().__init__(fault)


SAID = {
    Fault.UNSUPPORTED: Text("请上传 .xlsx、.xls 或 .csv 文件", "send an .xlsx, .xls or .csv file"),
    Fault.DAMAGED: Text("文件不完整或已损坏，请另存后再上传", "the file is cut short or damaged"),
    Fault.LOCKED: Text("文件设有密码，请去掉密码后再上传", "the file has a password"),
    Fault.TOO_COMPLEX: Text("文件解开后过大，请只留名单后另存再上传", "the file is too large when unpacked"),
    Fault.TOO_MANY_ROWS: Text("行数过多，一次最多 {} 行", "too many rows: one file takes {}"),
    Fault.FORMULAS: Text("含有公式，请改为数值后再上传：{}", "it holds formulas, which must be replaced by values: {}"),
    Fault.MACROS: Text("含有宏或嵌入对象，请另存为普通 .xlsx 后再上传", "it holds macros or embedded objects"),
    Fault.LINKS: Text("含有指向其他文件的链接，请断开后再上传", "it holds links to other files"),
    Fault.ENTITIES: Text("文件内容异常，已拒绝", "its XML declares a document type"),
    Fault.NO_HEADER: Text("没有找到表头，缺少列：{}", "no header was found; columns are missing: {}"),
    Fault.SAME_HEADER: Text("表头重复：{}", "a column stands there twice: {}"),
    Fault.NO_ROWS: Text("表中没有数据", "the table holds no rows"),
}


def refusal(fault: Fault, what: str) -> InvalidRequest:
    """The refusal of a file for its content."""
    said = SAID[fault]
    return InvalidRequest.field("file", fault, said.zh.format(what), said.en.format(what))
