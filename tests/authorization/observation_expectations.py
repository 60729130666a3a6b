"""Who may do what with rubrics, rounds, their objects and what follows: the cells of `expectations`.

The district holds `ours` over the neighbour's community and the unit; the claimant sits on its panel.
"""

from tests.authorization.tables import Table, table

SEES_RUBRIC = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   404    404 404      404     404     404   yes  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

PUBLISHES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   404    404 404      404     404     404   403  403       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   404    404 yes      404     yes     404   404  yes       yes      yes      yes   yes
draft                    401    404      404   404   404    404 404      404     404     404   404  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

HOLDS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   404    404 403      404     403     404   404  403       yes      403      yes   yes
draft                    401    404      404   404   404    404 404      404     404     404   404  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_OBJECT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
neighbour's              401    404      404   404   404    404 yes      404     yes     404   404  yes       yes      yes      yes   yes
unit's                   401    404      404   404   404    404 yes      404     yes     404   404  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SCORES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
neighbour's              401    404      404   404   404    404 yes      404     403     404   404  403       403      403      403   403
unit's                   401    404      404   404   404    404 yes      404     403     404   404  403       403      403      403   403
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   403
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

EXCUSES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
neighbour's              401    404      404   404   404    404 403      404     403     404   404  403       yes      403      yes   yes
unit's                   401    404      404   404   404    404 403      404     403     404   404  403       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

FINDS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
neighbour's              401    404      404   404   404    404 yes      404     403     404   404  403       yes      403      yes   yes
unit's                   401    404      404   404   404    404 yes      404     403     404   404  403       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ANSWERS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
neighbour's              401    404      404   404   404    404 403      404     403     404   404  yes       yes      403      yes   yes
unit's                   401    404      404   404   404    404 403      404     yes     404   404  403       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""Who speaks for the object, and who writes it down for them."""

LOOKS = EXCUSES
"""The desk, where no later round sees the object again."""

COPIES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   403    404 403      403     403     403   403  yes       yes      403      yes   yes
elsewhere                401    404      404   404   404    403 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""Into the neighbour's community."""

COPIES_FOR_UNIT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   403    404 403      403     yes     403   403  403       403      403      403   403
elsewhere                401    404      404   404   404    403 404      404     404     404   404  404       404      404      404   403
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

PLAIN = table("""
                                      nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
GET /rubrics                          401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
POST /rubrics                         401    403      403   403   403    403 403      403     403     403   403  403       yes      403      yes   yes
GET /observations                     401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /observations                    401    403      403   403   403    403 403      403     403     403   403  403       yes      403      yes   yes
GET /undertakings                     401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /highlights                       401    403      403   403   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
""")  # noqa: E501 - a table

ROUND, OBJECT = "/observations/{observation_id}", "/observed/{observed_id}"
OF_THINGS: dict[str, Table] = {
    "GET /rubrics/{rubric_id}": SEES_RUBRIC,
    "POST /rubrics/{rubric_id}/versions": PUBLISHES,
    f"GET {ROUND}": SEES,
    f"GET {ROUND}/ranks": SEES,
    f"GET {ROUND}/ranks.xlsx": SEES,
    f"PUT {ROUND}": HOLDS,
    **{f"POST {ROUND}/{action}": HOLDS for action in ("open", "panel", "adopt", "close", "cancel")},
    f"GET {OBJECT}": SEES_OBJECT,
    f"PUT {OBJECT}/scores": SCORES,
    f"POST {OBJECT}/recuse": SCORES,
    f"POST {OBJECT}/excuse": EXCUSES,
    f"PUT {OBJECT}/report": ANSWERS,
    f"POST {OBJECT}/remarks": FINDS,
    f"POST {OBJECT}/undertakings": FINDS,
    f"POST {OBJECT}/undertakings by the object": ANSWERS,
    f"POST {OBJECT}/highlights": FINDS,
    "POST /undertakings/{undertaking_id}/show": ANSWERS,
    "POST /undertakings/{undertaking_id}/look": LOOKS,
    "POST /highlights/{highlight_id}/copies": COPIES,
    "POST /highlights/{highlight_id}/copies for the unit": COPIES_FOR_UNIT,
}

FIELDS = """
AwardOut             name least criterion
CopiedOut            name region_code organization_id note made_at
CriterionOut         code title most weight seen
HighlightOut         id observation_id observed_id object_name title text made_at copied actions
LookOut              observation_id settled note made_at
ObservationBrief     id title scheme region_code region_name level year quarter ends_at state
ObservationOut       id title scheme region_code region_name level year quarter ends_at state rubric_id version newer_version previous_id reason objects panel actions
ObservedBrief        id position name region_code organization_id visits_at reported excused total rank
ObservedOut          id position name region_code organization_id visits_at reported excused total rank observation_id report reported_at files remarks undertakings earlier sheets actions
PanelistOut          name role weight scored mine
RankOfObject         observed_id name rank previous_rank moved total parts sheets awards excused
RankingOut           observation_id title provisional version previous_id items
RemarkOut            text made_at
RubricOut            id region_code region_name scheme name versions actions
RubricVersionOut     id number criteria awards drop_highest drop_lowest published_at
SheetOut             name role weight points complete
UndertakingOut       id observation_id observed_id object_name kind text criterion due_on overdue state shown shown_at files looks actions
"""  # noqa: E501 - a list
"""Every field of every answer."""
