"""What we hand out is text in every cell, read back by another reader than wrote it."""

from io import BytesIO

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.workbooks.columns import Column, header
from app.kit.workbooks.reading import EXPLAINED, read
from app.kit.workbooks.writing import REASON, refused_rows, template
from tests.kit.workbooks.making import COLUMNS

TRIGGERS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    " =1",
    "\u00a0=1",
    "{=1}",
    "https://x.y",
    "mailto:a@b",
)
CHOICES = (*COLUMNS, Column("kind", "类型", required=True, hint="选一种", choices=("党支部", "党小组")))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.one_of(st.text(), st.sampled_from(TRIGGERS)), st.text(), st.text()), max_size=5))
def test_every_cell_is_text_whatever_it_says(rows: list[tuple[str, str, str]]) -> None:
    made = refused_rows("名册", COLUMNS, [(cells, "=原因") for cells in rows])
    sheet = openpyxl.load_workbook(BytesIO(made)).active
    for number, line in enumerate(sheet.iter_rows(min_row=2), 2):
        for cell, said in zip(line, (*rows[number - 2], "=原因"), strict=False):
            assert cell.data_type in ("s", "n" if not said else "s", "inlineStr")
            assert cell.number_format == "@"
            assert cell.quotePrefix
            assert cell.hyperlink is None
            assert cell.data_type != "f"


def test_refused_rows_can_be_read_again_as_they_came() -> None:
    made = refused_rows("名册", COLUMNS, [(["张三", "13800000001", "1999.7"], "手机号重复")])
    assert read(made, COLUMNS) == [(2, ["张三", "13800000001", "1999.7"])]
    sheet = openpyxl.load_workbook(BytesIO(made)).active
    assert [cell.value for cell in sheet[1]][-1] == REASON
    assert [cell.value for cell in sheet[2]][-1] == "手机号重复"


def test_a_template_has_stars_text_columns_choices_a_frozen_header_and_an_explanation() -> None:
    book = openpyxl.load_workbook(BytesIO(template("名册", CHOICES, ["一行一人"])), rich_text=True)
    sheet = book["名册"]
    assert [header(str(cell.value)) for cell in sheet[1]] == ["姓名", "手机号", "入党时间", "类型"]
    star = sheet["A1"].value[0]
    assert (star.text, star.font.color.rgb) == ("*", "FFC00000")
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].number_format == "@"
    (listed,) = sheet.data_validations.dataValidation
    assert listed.formula1 == '"党支部,党小组"'
    assert str(listed.sqref).startswith("D2:D")
    explained = [[cell.value for cell in row] for row in book[EXPLAINED].iter_rows()]
    assert ["类型", "必填", "选一种", "党支部、党小组"] in explained
    assert "一行一人" in [row[0] for row in explained]
