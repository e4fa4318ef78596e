"""Does every secondary index of a schema lead to the same rows as the primary key?"""


def digest_query(schema, table, columns, index, first, least):
    digest = f"MD5(CONCAT_WS('#', {', '.join(f'IFNULL(`{c}`, 0x00)' for c in columns)}))"
    number = f"CAST(CONV(LEFT({digest}, 15), 16, 10) AS UNSIGNED)"
    # The range makes the optimizer walk the index; without one a forced index is ignored.
    return (f"SELECT COUNT(*), IFNULL(SUM({number} % 1000003), 0), BIT_XOR({number}) FROM `{schema}`.`{table}` "
            f"FORCE INDEX (`{index}`) WHERE `{first}` >= '{least}'")


def index_differences(sql, schema):
    """Every column is read through every index, so an entry that is missing, stale or doubled shows."""
    differences = []
    where = f"table_schema='{schema}'"
    for (table,) in sql.run(f"SELECT table_name FROM information_schema.tables WHERE {where} AND engine='ROCKSDB'"):
        of_table = f"{where} AND table_name='{table}'"
        columns = [c for (c,) in sql.run("SELECT column_name FROM information_schema.columns "
                                         f"WHERE {of_table} ORDER BY ordinal_position")]
        indexes = sql.run("SELECT index_name, column_name FROM information_schema.statistics "
                          f"WHERE {of_table} AND seq_in_index=1 AND index_name<>'PRIMARY'")
        for index, first in indexes:
            least = sql.value(f"SELECT MIN(`{first}`) FROM `{schema}`.`{table}` FORCE INDEX (PRIMARY)")
            by_index, by_key = (sql.run(digest_query(schema, table, columns, name, first, least))
                                for name in (index, "PRIMARY"))
            if by_index != by_key:
                differences.append(f"{schema}.{table}: index {index} shows {by_index}, the primary key {by_key}")
    return differences
