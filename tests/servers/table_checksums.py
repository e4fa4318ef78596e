#!/usr/bin/python3
"""CHECKSUM TABLE of every MyRocks table, to a file or against one.

  table_checksums.py save --socket PATH FILE       at a quiesced point of the original
  table_checksums.py compare --socket PATH FILE    on the restored server; exit status 0: the same
"""
import argparse, json, sys

from secondary_indexes import index_differences
from sql_client import SqlClient


def checksums(sql):
    tables = sql.run("SELECT table_schema, table_name FROM information_schema.tables WHERE engine='ROCKSDB' "
                     "ORDER BY 1, 2")
    found = {}
    for schema, table in tables:
        found[f"{schema}.{table}"] = [sql.run(f"CHECKSUM TABLE `{schema}`.`{table}`")[0][1],
                                      sql.value(f"SELECT COUNT(*) FROM `{schema}`.`{table}`")]
    return found


def main():
    args = argparse.ArgumentParser()
    args.add_argument("verb", choices=["save", "compare"])
    args.add_argument("--socket", required=True)
    args.add_argument("file")
    opt = args.parse_args()
    with SqlClient(opt.socket) as sql:
        found = checksums(sql)
        broken = [d for schema in sorted({t.split(".")[0] for t in found}) for d in index_differences(sql, schema)]
    if opt.verb == "save":
        with open(opt.file, "w") as f:
            json.dump(found, f)
        print(json.dumps({"tables": len(found), "index_differences": broken}))
        sys.exit(1 if broken else 0)
    with open(opt.file) as f:
        saved = json.load(f)
    differences = [f"{t}: {found.get(t)} for {saved.get(t)}" for t in sorted(saved.keys() | found.keys())
                   if saved.get(t) != found.get(t)]
    print(json.dumps({"equal": not differences and not broken, "tables": len(saved), "differences": differences[:8],
                      "index_differences": broken}))
    sys.exit(1 if differences or broken else 0)


main()
