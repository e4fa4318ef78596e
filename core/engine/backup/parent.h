#pragma once
// Which set an incremental builds on. The media tell which sets are whole; the catalog tells which are being deleted.

#include <optional>

#include "core/catalog/backup_sets.h"
#include "core/media/backup_reader.h"

namespace seabed::backup {

struct Parent {
  uint64_t set_id = 0;        // prev_inc: the newest usable one
  uint64_t full_set_id = 0;   // prev_full: where its chain begins
};

/// The newest set of this destination and incarnation whose whole chain is usable and not on its way out.
std::optional<Parent> choose_parent(const BackupReader& reader, const std::vector<catalog::BackupSetRow>& rows,
                                    uint64_t tenant_id, uint64_t incarnation);
/// Largest id that the medium knows, of whatever became of that set; 0: none.
uint64_t largest_set_id(const BackupReader& reader);

}  // namespace seabed::backup
