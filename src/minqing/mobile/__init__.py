"""mobile: the officer's phone. Four tabs: 今天, 走访, 事项, 我的.

Composes the front doors of diary, registry, cases and workflow; decides nothing itself. Online for now.
"""
