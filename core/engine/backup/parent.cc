#include "core/engine/backup/parent.h"

#include <algorithm>
#include <map>

namespace seabed::backup {
namespace {

/// Sets that the catalog knows must be whole there too; one that it does not know is as the medium says.
class UsableSets {
 public:
  UsableSets(const BackupReader& reader, const std::vector<catalog::BackupSetRow>& rows) : reader_(reader) {
    for (const auto& row : rows) kept_[row.backup_set_id] = row.status == "SUCCESS" && row.file_status == "AVAILABLE";
  }
  const SetFacts* find(uint64_t id) const {
    const auto it = kept_.find(id);
    return it != kept_.end() && !it->second ? nullptr : reader_.usable_set(id);
  }
  /// The full set at the beginning of its chain; 0 when a link is missing.
  uint64_t root_of(const SetFacts& set) const {
    const SetFacts* at = &set;
    while (at != nullptr && !at->id.full) {
      const uint64_t before = at->descriptor.prev_inc_backup_set_id();
      at = before < at->id.id ? find(before) : nullptr;
    }
    return at == nullptr ? 0 : at->id.id;
  }

 private:
  const BackupReader& reader_;
  std::map<uint64_t, bool> kept_;
};

}  // namespace

std::optional<Parent> choose_parent(const BackupReader& reader, const std::vector<catalog::BackupSetRow>& rows,
                                    uint64_t tenant_id, uint64_t incarnation) {
  const UsableSets usable(reader, rows);
  for (auto set = reader.sets().rbegin(); set != reader.sets().rend(); ++set) {
    const SetFacts* facts = usable.find(set->id.id);
    if (facts == nullptr) continue;
    if (facts->descriptor.tenant_id() != tenant_id || facts->descriptor.incarnation() != incarnation) continue;
    if (const uint64_t root = usable.root_of(*facts)) return Parent{facts->id.id, root};
  }
  return std::nullopt;
}

uint64_t largest_set_id(const BackupReader& reader) {
  const uint64_t deleted = reader.deleted().empty() ? 0 : *reader.deleted().rbegin();
  return std::max(deleted, reader.sets().empty() ? 0 : reader.sets().back().id.id);
}

}  // namespace seabed::backup
