"""Which of the decisions about companies or contacts hold.

What was said only so that others stay together holds as long as the act that it was said with:
nobody ever said it by itself, and no page shows it.
"""

MAIN = "(says = 'apart' OR id = act_id OR act_id < 0)"
"""Of a decision: it is what its act was for, to part two or to join two.

Below zero are acts of one decision, by processes of a version that did not know acts."""

HOLDING = """
    WITH said AS (
        SELECT m.* FROM {decision} m JOIN {listed}
            ON m.one_source_id = k.source_id AND m.one_id = k.external_id
        UNION ALL
        SELECT m.* FROM {decision} m JOIN {listed}
            ON m.other_source_id = k.source_id AND m.other_id = k.external_id
    )
    SELECT * FROM said WHERE undone_at IS NULL AND EXISTS (
        SELECT FROM {decision} WHERE act_id = said.act_id AND undone_at IS NULL AND {main}
    )
"""
"""Those that hold of the listed companies or contacts; twice where both of a pair are listed."""
