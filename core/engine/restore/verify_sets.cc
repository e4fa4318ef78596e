// Every set of a data destination: placeholders, descriptor, file list, files, indexes.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <set>

#include "core/engine/restore/verify_report.h"

namespace seabed::restore {
namespace {

Status check_placeholder(const Medium& medium, const std::string& key, Findings* findings) {
  meta::Placeholder p;
  SEABED_TRY(bool good, check_message(medium, key, FileType::kPlaceholder, &p, findings));
  (void)good;
  return ok();
}

/// What a set that succeeded must have, whatever its own list says.
std::vector<std::string> required(const SetFacts& set) {
  std::vector<std::string> keys{paths::tenant_set_infos(set.id), paths::ls_meta_infos(set.id),
                                paths::set_info_file(set.id, "locality_info"),
                                paths::set_info_file(set.id, "diagnose_info"),
                                paths::set_info_file(set.id, "tenant_parameter")};
  for (const meta::LsTurn& ls : set.descriptor.ls())
    for (const char* kind : kDataKinds)
      if (auto d = BackupReader::directory(set, ls.ls_id(), kind))
        for (const char* index : {"macro_range_index", "meta_index", "sec_meta_index"})
          keys.push_back(paths::ls_index({set.id, d->ls_id, d->kind, d->turn, d->retry}, index));
  return keys;
}

Status verify_placeholders(const BackupReader& reader, const SetFacts& set, Findings* findings) {
  const Medium& medium = reader.medium();
  if (!set.started)
    findings->error(medium.name(paths::set_start(set.id)), "is missing");
  else
    SEABED_CHECK(check_placeholder(medium, paths::set_start(set.id), findings));
  if (!set.success) return ok();
  SEABED_CHECK(check_placeholder(medium, paths::set_end(set.id, true, set.end_tag), findings));
  // Display only, and in no list: found by its form.
  SEABED_TRY(auto entries, medium.list(paths::set_dir(set.id) + "backup_set_"));
  if (entries.empty())
    findings->error(medium.name(paths::set_dir(set.id)), "lacks the placeholder that shows its times");
  for (const ListEntry& e : entries) SEABED_CHECK(check_placeholder(medium, e.key, findings));
  return ok();
}

Status verify_set(const BackupReader& reader, const SetFacts& set, bool quick, Findings* findings) {
  SEABED_CHECK(verify_placeholders(reader, set, findings));
  if (set.problem) return findings->take(*set.problem);
  const std::string directory = paths::set_dir(set.id);
  std::set<std::string> listed;
  for (const meta::FileEntry& e : set.descriptor.files()) {
    listed.insert(directory + e.key());
    SEABED_TRY(bool good, check_entry(reader.medium(), directory, e, quick, findings));
    if (good) SEABED_CHECK(decode_set_file(reader, set, directory + e.key(), findings));
  }
  for (const std::string& key : required(set))
    if (listed.count(key) == 0)
      findings->error(reader.medium().name(key), "is not in the set's list of files");
  return verify_indexes(reader, set, findings);
}

/// A set without a success placeholder: unfinished, failed, or robbed of it.
Status verify_unfinished(const BackupReader& reader, const SetFacts& set, Findings* findings) {
  const std::string info = paths::single_set_info(set.id);
  auto stat = reader.medium().store->stat(info, reader.medium().io());
  if (stat && !set.failed)
    findings->error(reader.medium().name("backup_sets/"),
                    fmt::format("lacks the end of backup set {}, which is complete", set.id.id));
  else if (!stat && stat.error().code != Code::kNotFound)
    return fail(stat.error());
  else
    findings->note(reader.medium().name(paths::set_dir(set.id)), set.failed ? "failed" : "is not complete");
  return ok();
}

/// Later sets remember the earlier ones, so that one which vanished whole is missed.
Status verify_remembered(const BackupReader& reader, Findings* findings) {
  const SetFacts* newest = nullptr;
  for (const SetFacts& s : reader.sets())
    if (s.usable()) newest = &s;
  if (!newest) return ok();
  meta::TenantBackupSetInfos infos;
  if (!reader.medium().read_message(paths::tenant_set_infos(newest->id), FileType::kTenantBackupSetInfos,
                                    &infos))
    return ok();  // told by the file list
  for (const meta::BackupSetDescriptor& d : infos.sets()) {
    const bool there = reader.deleted().contains(d.backup_set_id()) || std::any_of(reader.sets().begin(), reader.sets().end(),
                                   [&](const SetFacts& s) { return s.id.id == d.backup_set_id(); });
    if (!there && d.status() == "SUCCESS" && d.file_status() != "DELETED")
      findings->error(reader.medium().name("backup_sets/"),
                      fmt::format("lacks backup set {}, which a later set names", d.backup_set_id()));
  }
  return ok();
}

/// Set directories that no placeholder announces.
Status verify_strays(const BackupReader& reader, Findings* findings) {
  std::set<std::string> known;
  for (const SetFacts& s : reader.sets()) known.insert(paths::set_dir(s.id));
  SEABED_TRY(auto entries, reader.medium().list("backup_set_"));
  for (const ListEntry& e : entries) {
    const std::string directory = e.key.substr(0, e.key.find('/') + 1);
    const auto set = paths::parse_set_dir(directory);
    if (set && reader.deleted().contains(set->id)) continue;  // its deletion goes on, or its objects are tagged
    if (known.insert(directory).second)
      findings->error(reader.medium().name(directory), "is there without a placeholder in backup_sets/");
  }
  return ok();
}

void note_verdict(const SetFacts& set, const Findings::Judgement& judged, std::vector<uint64_t>* good,
                  VerifiedDestination* verified) {
  const bool holds = judged.first_error.empty();
  if (set.usable() && holds) good->push_back(set.id.id), verified->whole_sets.insert(set.id.id);
  if (set.success) verified->sets_there.insert(set.id.id);
  if (set.success && !holds && !judged.unsupported) verified->damaged_sets[set.id.id] = judged.first_error;
}

}  // namespace

Status verify_sets(const BackupReader& reader, bool quick, Findings* findings, std::vector<uint64_t>* good,
                   VerifiedDestination* verified) {
  for (const SetFacts& set : reader.sets())
    if (set.usable())
      for (const meta::FileEntry& e : set.descriptor.files()) findings->expect_total(quick ? 0 : e.size());
  for (const SetFacts& set : reader.sets()) {
    const size_t before = findings->mark();
    SEABED_CHECK(set.success ? verify_set(reader, set, quick, findings)
                             : verify_unfinished(reader, set, findings));
    note_verdict(set, findings->since(before), good, verified);
    if (auto key = reader.set_key(set.id.id); set.usable() && !key)
      findings->note(reader.medium().name(paths::set_dir(set.id)), "its bytes are proved, its content is not: " + key.error().reason);
  }
  SEABED_CHECK(verify_remembered(reader, findings));
  return verify_strays(reader, findings);
}

}  // namespace seabed::restore
