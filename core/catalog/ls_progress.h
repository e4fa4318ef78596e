#pragma once
// Archive progress per log stream and piece, and where positions got their stamps.

#include <cstdint>

#include "core/catalog/catalog.h"
#include "core/format/log_types.h"

namespace seabed::catalog {

struct LsProgressRow {
  uint64_t tenant_id = 0, dest_id = 0, round_id = 0, piece_id = 0, ls_id = 0, incarnation = 1;
  std::string status = "DOING";      // as the round's, seen by this stream
  uint64_t start_scn = 0, checkpoint_scn = 0, max_scn = 0;
  Lsn min_lsn, max_lsn;              // max: the end of what is durable
  uint64_t file_id = 0, file_offset = 0;
  Opaque file_hash;                  // running state or hash of the accepted bytes: the archiver's
  uint64_t epoch = 0;                // of the writer; a lower one than the stored is fenced
  uint64_t input_bytes = 0, output_bytes = 0, groups = 0;
  Opaque resume;                     // the adapter's (ArchivedState::resume)
};

/// Insert or replace by (tenant, dest, round, piece, ls). kFenced when the stored epoch is higher.
Status put_ls_progress(Transaction& tx, const LsProgressRow& row);
/// Every stream and piece of a round, by piece then stream.
Result<std::vector<LsProgressRow>> list_ls_progress(Transaction& tx, uint64_t tenant_id, uint64_t dest_id,
                                                    uint64_t round_id);

/// A sparse index position -> log file of a round (one a file): start_replay_scn is found by it.
struct StampRow {
  uint64_t tenant_id = 0, dest_id = 0, round_id = 0, ls_id = 0, piece_id = 0, file_id = 0, file_offset = 0;
  Lsn lsn;                           // begin of a group
  uint64_t scn_lo = 0, scn_hi = 0;
};
Status put_stamp(Transaction& tx, const StampRow& row);
/// The last indexed group that begins at or before `lsn`; nullopt: before the first.
Result<std::optional<StampRow>> find_stamp(Transaction& tx, uint64_t tenant_id, uint64_t dest_id, uint64_t round_id,
                                           uint64_t ls_id, const Lsn& lsn);
/// Removes the stamps of rounds that have ended, and stamps and progress of pieces whose files are deleted; of a stream's
/// progress the newest stays.
Status trim_progress(Transaction& tx);

}  // namespace seabed::catalog
