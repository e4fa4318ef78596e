#pragma once
// What log stream 1 knows of a tenant, and the records that lead from one state to the next. Pure.

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/scn.h"
#include "core/format/log_types.h"

namespace seabed::meta {
class DictionaryRecord;
}

namespace seabed::archive {

struct DictionaryState {
  std::map<std::string, std::string> files;   // relative path -> content
  std::map<std::string, std::string> facts;   // "tenant/…", "parameter/…", "variable/…", "outside/…"
  std::map<std::tuple<uint64_t, std::string, std::string>, std::string> tables;   // (stream, database, name) -> attributes
  bool operator==(const DictionaryState&) const = default;
};

void apply(const meta::DictionaryRecord& record, DictionaryState* state);
/// Records that turn `from` into `to`, each about `limit` bytes at most (one larger file stands alone). Files come
/// first, so that a prefix never holds a table without its file.
std::vector<meta::DictionaryRecord> difference(const DictionaryState& from, const DictionaryState& to, size_t limit);
/// The body of schema_meta/<scn>.obarc: the state with every record up to `end` in it.
std::string fold_body(const DictionaryState& state, Scn scn, const Lsn& end);

}  // namespace seabed::archive
