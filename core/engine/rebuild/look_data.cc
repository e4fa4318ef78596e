// Backup sets of a data destination.

#include <algorithm>

#include "core/engine/rebuild/look.h"
#include "core/media/backup_reader.h"

namespace seabed::rebuild {
namespace {

using catalog::BackupSetRow;

BackupSetRow plain_row(const DestinationLook& look, const SetFacts& set) {
  BackupSetRow row;
  row.tenant_id = look.format.tenant_id;
  row.backup_set_id = set.id.id;
  row.dest_id = look.format.dest_id;
  row.incarnation = look.format.incarnation;
  row.backup_type = set.id.full ? "D" : "I";
  row.path = look.destination.path;
  row.status = set.success ? "SUCCESS" : set.failed ? "FAILED" : "DOING";
  row.file_status = "BROKEN";
  return row;
}

void describe(BackupSetRow* row, const meta::BackupSetDescriptor& d) {
  row->file_status = "AVAILABLE";
  row->incarnation = std::max<uint64_t>(d.incarnation(), 1);
  row->prev_full_backup_set_id = d.prev_full_backup_set_id();
  row->prev_inc_backup_set_id = d.prev_inc_backup_set_id();
  row->start_us = d.start_time() / 1000, row->end_us = d.end_time() / 1000;
  row->plus_archivelog = d.plus_archivelog() ? "ON" : "OFF";
  row->start_replay_scn = d.start_replay_scn();
  row->min_restore_scn = d.min_restore_scn();
  row->consistent_scn = d.consistent_scn();
  row->input_bytes = d.input_bytes(), row->output_bytes = d.output_bytes();
  row->extra_meta_bytes = d.extra_meta_bytes();
  row->tablet_count = row->finish_tablet_count = d.tablet_count();
  row->macro_block_count = row->finish_macro_block_count = d.macro_block_count();
  row->file_count = d.file_count();
  row->meta_turn_id = d.meta_turn_id(), row->minor_turn_id = d.minor_turn_id();
  row->data_turn_id = row->major_turn_id = d.major_turn_id();
  row->result = d.result();
  row->encryption_mode = d.encryption_mode(), row->passwd = d.passwd();
  row->tenant_compatible = d.tenant_compatible(), row->cluster_version = d.cluster_version();
  row->backup_compatible = d.backup_compatible();
  row->description = d.description(), row->comment = d.comment();
  row->archive_dest_id = d.archive_dest_id(), row->archive_round_id = d.archive_round_id();
}

Status read_parameters(const Medium& medium, const SetFacts& set, DestinationLook* look) {
  meta::Parameters message;
  const Status read = medium.read_message(paths::set_info_file(set.id, "tenant_parameter"), FileType::kTenantParameter,
                                          &message);
  if (!read && read.error().code != Code::kNotFound && read.error().code != Code::kCorruption) return read;
  if (!read) look->problems.push_back(read.error().message());
  for (const auto& [name, value] : message.values()) look->parameters[name] = value;
  return ok();
}

/// Keys are on no medium but the key backup's, and tde_method in no set: a rebuilt tenant would write in the clear.
void say_encrypted(const SetFacts& set, DestinationLook* look) {
  if (!set.descriptor.has_key()) return;
  const std::string which = "backup set " + std::to_string(set.id.id);
  if (set.descriptor.key().master_key().empty()) return look->problems.push_back(which + ": opens with its own password only");
  look->problems.push_back(which + ": is encrypted under master key " + std::to_string(set.descriptor.key().master_key_id()) +
                           ", which went with the catalog: a restore needs the key backup. Set tde_method again");
}

/// What the catalog has for good stays as it is: operators and cleanup may have gone on with it.
bool is_known(const KnownRows& known, const SetFacts& set, uint64_t dest_id) {
  const BackupSetRow* row = known.set(set.id.id);
  if (!row || row->dest_id != dest_id) return false;
  return row->status != "DOING" || (!set.success && !set.failed);
}

}  // namespace

Status look_at_data(const Medium& medium, const KnownRows& known, DestinationLook* look) {
  SEABED_TRY(auto reader, BackupReader::open(medium));
  SEABED_CHECK(reader.load());
  SEABED_TRY(const auto placeholders, medium.list(paths::backup_sets()));
  const auto left = [&](const DestinationLook::Deleted& gone) {
    return std::ranges::any_of(placeholders, [&](const ListEntry& e) {
      const auto p = paths::parse_set_placeholder(e.key);
      return p && p->set.id == gone.set.id;
    });
  };
  SEABED_CHECK(look_at_tombstones(medium, left, look));
  const SetFacts* newest = nullptr;
  for (const SetFacts& set : reader.sets()) {
    look->listed_sets.push_back(set.id.id);
    if (set.problem) look->problems.push_back(set.problem->message());
    if (set.usable()) newest = &set;
    if (set.usable() && set.descriptor.has_operator_facts()) note_decided(set.descriptor.operator_facts(), look);
    if (is_known(known, set, look->format.dest_id)) continue;
    BackupSetRow row = plain_row(*look, set);
    if (set.usable()) describe(&row, set.descriptor);
    if (set.problem) row.comment = set.problem->message().substr(0, 1000);
    look->sets.push_back(std::move(row));
  }
  if (newest && known.empty()) SEABED_CHECK(read_parameters(medium, *newest, look));
  if (newest && known.empty()) say_encrypted(*newest, look);
  return ok();
}

}  // namespace seabed::rebuild
