#include "core/engine/table/table_names.h"

#include <algorithm>
#include <set>

namespace seabed::table {
namespace {

tl::unexpected<Error> no_name(const std::string& text) {
  return fail(Code::kInvalidArgument, "table '" + text.substr(0, 100) + "'", "is no name of a table",
              "give db.table, db.* or *.*; quote special characters with backticks");
}

struct Part {
  std::string text;
  bool star = false;
};

/// One part from `at` on; stops before '.' or ':' outside of backticks, or at the end.
Result<Part> take_part(const std::string& all, size_t* at) {
  Part part;
  if (*at < all.size() && all[*at] == '`') {
    for (++*at;; ++*at) {
      if (*at >= all.size()) return no_name(all);
      if (all[*at] != '`') {
        part.text += all[*at];
      } else if (*at + 1 < all.size() && all[*at + 1] == '`') {
        part.text += all[++*at];
      } else {
        break;
      }
    }
    ++*at;
  } else {
    while (*at < all.size() && all[*at] != '.' && all[*at] != ':' && all[*at] != '`')
      part.text += all[(*at)++];
  }
  if (part.text.empty() || part.text.size() > 512) return no_name(all);
  part.star = part.text == "*";
  return part;
}

Result<NamePattern> take_pattern(const std::string& text, size_t* at) {
  SEABED_TRY(const Part first, take_part(text, at));
  NamePattern out;
  if (*at >= text.size() || text[*at] != '.') {
    out.table = first.text;
    out.all_tables = first.star;
    return out;
  }
  ++*at;
  SEABED_TRY(const Part second, take_part(text, at));
  out.database = first.text, out.table = second.text;
  out.all_databases = first.star, out.all_tables = second.star;
  out.database_given = true;
  if (out.all_databases && !out.all_tables) return no_name(text);
  return out;
}

bool fits(const NamePattern& pattern, const TableName& name, bool one_database) {
  if (!pattern.all_tables && pattern.table != name.table) return false;
  if (pattern.all_databases) return true;
  return pattern.database_given ? pattern.database == name.database : one_database;
}

TableName remapped(const TableName& name, const std::vector<Remap>& remaps, bool one_database) {
  for (const bool whole_database : {false, true})
    for (const Remap& remap : remaps) {
      if (remap.from.all_tables != whole_database || !fits(remap.from, name, one_database)) continue;
      return {remap.to_database.empty() ? name.database : remap.to_database,
              whole_database || remap.to_table.empty() ? name.table : remap.to_table};
    }
  return name;
}

std::string quoted(const std::string& part) {
  if (part.find_first_of(".:,` ") == part.npos) return part;
  std::string out = "`";
  for (const char c : part) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

Item missing(const NamePattern& pattern) {
  Item item;
  item.source = item.target = {pattern.database, pattern.table};
  item.error = Error{Code::kNotFound,
                     "table " + display(item.source),
                     "did not exist at the target point",
                     "look at the names: they are taken as they stand",
                     0,
                     0};
  return item;
}

}  // namespace

Result<NamePattern> parse_pattern(const std::string& text) {
  size_t at = 0;
  SEABED_TRY(NamePattern out, take_pattern(text, &at));
  if (at != text.size()) return no_name(text);
  return out;
}

Result<Remap> parse_remap(const std::string& text) {
  size_t at = 0;
  Remap out;
  SEABED_TRY(out.from, take_pattern(text, &at));
  if (at >= text.size() || text[at] != ':') return no_name(text);
  ++at;
  SEABED_TRY(const NamePattern to, take_pattern(text, &at));
  const bool stars = out.from.all_tables == to.all_tables && !out.from.all_databases && !to.all_databases;
  if (at != text.size() || !stars || (to.all_tables && !to.database_given))
    return fail(Code::kInvalidArgument, "remap '" + text.substr(0, 100) + "'", "is no remap",
                "give db.tab:tab2, db.tab:db2.tab2 or db.*:db2.*");
  out.to_database = to.database;
  out.to_table = to.all_tables ? "" : to.table;
  return out;
}

Selection select_tables(const std::vector<NamePattern>& patterns, const std::vector<Remap>& remaps,
                        const std::vector<Candidate>& candidates) {
  std::set<std::string> databases;
  for (const Candidate& c : candidates) databases.insert(c.name.database);
  const bool one_database = databases.size() == 1;
  Selection out;
  std::vector<Item> impossible;
  std::set<std::pair<uint64_t, TableName>> taken;
  for (const NamePattern& pattern : patterns) {
    bool found = false;
    out.all |= pattern.all_databases;
    for (const Candidate& c : candidates) {
      if (!fits(pattern, c.name, one_database)) continue;
      found = true;
      if (!taken.insert({c.ls_id, c.name}).second) continue;
      out.items.push_back({c.ls_id, c.engine, c.name, remapped(c.name, remaps, one_database), {}});
    }
    if (!found) impossible.push_back(missing(pattern));
  }
  std::sort(out.items.begin(), out.items.end(),
            [](const Item& a, const Item& b) { return a.source < b.source; });
  std::set<TableName> targets;
  for (Item& item : out.items)
    if (!targets.insert(item.target).second)
      item.error = Error{Code::kConflict,
                         "table " + display(item.target),
                         "is the target of two tables",
                         "remap one of them",
                         0,
                         0};
  out.items.insert(out.items.end(), impossible.begin(), impossible.end());
  return out;
}

Status check_name_case(const std::string& source, const std::string& target,
                       const std::vector<TableName>& names) {
  const auto upper = [](const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  };
  std::string theirs = source;
  for (const TableName& name : names)
    if (theirs.empty() && (upper(name.database) || upper(name.table))) theirs = "0";
  if (theirs.empty() || theirs == target) return ok();
  return fail(Code::kConflict, "the target server",
              "has lower_case_table_names=" + target + ", the backup's had " + theirs,
              "tables go between servers of one name-case mode: choose another target");
}

std::string display(const TableName& name) {
  return name.database.empty() ? quoted(name.table) : quoted(name.database) + "." + quoted(name.table);
}

}  // namespace seabed::table
