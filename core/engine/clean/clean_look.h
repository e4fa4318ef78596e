#pragma once
// What a cleanup knows before it decides: the catalog's facts, compared with the media; who still reads; the
// clock.

#include <memory>

#include "core/catalog/destinations.h"
#include "core/catalog/tenants.h"
#include "core/engine/clean/clean_rules.h"
#include "core/engine/clean/clock_watch.h"
#include "core/storage/object_store.h"

namespace seabed::clean {

/// What tests replace.
struct CleanTools {
  ClockWitness witness = system_witness();
  std::chrono::milliseconds look_again{1000};  // media and catalog are written one after the other
  std::chrono::milliseconds upload_age{86'400'000};
};

struct CleanPlace {
  catalog::DestinationRow row;
  std::shared_ptr<ObjectStore> store;  // opened and its format file checked
  bool tagging() const;
};

struct CleanLook {
  catalog::TenantRow tenant;
  CleanFacts facts;                  // readers are in stock.used_sets and used_pieces
  std::vector<CleanPlace> places;    // the current destinations, and those that were asked for besides
  std::vector<std::string> readers;  // in words
  std::vector<std::string> against;  // why nothing may be deleted now; empty: nothing speaks against it
  std::set<uint64_t> unreachable;    // destinations that could not be opened or listed
  const CleanPlace* place(uint64_t dest_id) const;
};

/// Fails only when the catalog does. `also`: destinations besides the current ones.
Result<CleanLook> look(EngineContext& context, uint64_t tenant_id, const std::set<uint64_t>& also,
                       const CleanTools& tools, const CancelToken& cancel);
/// Under `look.against` nothing goes: every reason says why. Else reads the clean point's description on the
/// medium.
void hold_back(EngineContext& context, const CleanLook& look, const CancelToken& cancel,
               CleanDecision* decision);

/// In words; nullopt: no reader needs it. Asked again after the tombstone.
Result<std::optional<std::string>> reader_of(EngineContext& context, const CleanPlace& place, bool set,
                                             uint64_t round, uint64_t id, const IoContext& io);

IoContext clean_io(const EngineContext& context, const CancelToken& cancel);

}  // namespace seabed::clean
