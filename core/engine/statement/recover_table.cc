// RECOVER TABLE, CANCEL RECOVER TABLE (reference: statements, section 7).
#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

/// At most kMaxList of them; longer lists do not match.
auto add_to(std::vector<std::string>& list) {
  return [&list](auto& context) {
    x3::_pass(context) = list.size() < kMaxList;
    if (x3::_pass(context)) list.push_back(x3::_attr(context));
  };
}

/// The part behind `:` joins the entry that the part before it made.
auto join_last(std::vector<std::string>& list) {
  return [&list](auto& context) { list.back() += ":" + x3::_attr(context); };
}

auto remap_table(Scan& s, std::vector<std::string>& out) {
  return TableName(s)[add_to(out)] >> Sign(s, ':') >> TableName(s, true)[join_last(out)];
}
auto remap_name(Scan& s, std::vector<std::string>& out) {
  return Name(s)[add_to(out)] >> Sign(s, ':') >> Name(s)[join_last(out)];
}

auto source(Scan& s, RecoverTable& out, std::string& uris, std::string& options) {
  RestoreFrom& from = out.from;
  return Word(s, "FROM") >> Text(s)[into(uris)] >> -(Word(s, "UNTIL") >> time_or_scn(s, from.until)) >>
         -(Word(s, "WITH") >> Text(s)[into(options)]) >>
         -(words(s, "WITH", "KEY", "FROM") >> Text(s)[into(from.key_uri)] >> words(s, "ENCRYPTED", "BY") >>
           Text(s)[into(from.key_password)]);
}

auto remaps(Scan& s, RecoverTable& out) {
  return -(words(s, "REMAP", "TABLE") >> remap_table(s, out.remap_tables) % Sign(s, ',')) >>
         -(words(s, "REMAP", "TABLEGROUP") >> remap_name(s, out.remap_tablegroups) % Sign(s, ',')) >>
         -(words(s, "REMAP", "TABLESPACE") >> remap_name(s, out.remap_tablespaces) % Sign(s, ','));
}

/// `*` for the database means `*.*`: a star and a name do not go together.
std::string check_names(const RecoverTable& recover) {
  for (const std::string& name : recover.tables)
    if (name.starts_with("*.") && name != "*.*") return "`*` as a database goes with `*` as the table only";
  for (const std::string& map : recover.remap_tables) {
    const bool star = map.find(".*:") != std::string::npos;
    if (map.starts_with("*")) return "REMAP TABLE names the database it maps";
    if (star != map.ends_with(".*")) return "REMAP TABLE maps all tables of a database to all of another";
  }
  return {};
}

}  // namespace

bool read_recover_table(Scan& s, Statement& out) {
  RecoverTable recover;
  std::string uris, options;
  const At start = s.at;
  auto target = -(Word(s, "TENANT") >> -Sign(s, '=')) >> Name(s, "a tenant's name")[into(recover.tenant)];
  auto grammar = words(s, "ALTER", "SYSTEM", "RECOVER") >> Word(s, "TABLE") >>
                 (TableName(s)[add_to(recover.tables)] % Sign(s, ',')) >> Word(s, "TO") >> target >>
                 source(s, recover, uris, options) >> remaps(s, recover) >>
                 -description(s, recover.from.description);
  if (!s.reads(grammar)) return false;
  recover.from.uris = split_list(uris);
  std::string why =
      recover.from.uris.empty() ? "FROM wants 'uri,uri' with no empty part" : check_names(recover);
  if (why.empty()) why = read_options(options, true, recover.from.options);
  if (!why.empty()) return s.wrong(start, "in RECOVER TABLE: " + why), false;
  return out = recover, true;
}

bool read_cancel_recover_table(Scan& s, Statement& out) {
  CancelRecoverTable cancel;
  auto grammar = words(s, "ALTER", "SYSTEM", "CANCEL") >> words(s, "RECOVER", "TABLE") >>
                 Name(s, "a tenant's name")[into(cancel.tenant)];
  return s.reads(grammar) && (out = cancel, true);
}

}  // namespace seabed::statement
