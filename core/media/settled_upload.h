#pragma once
// The end of an upload whose answer was lost, told from the object's content.

#include <functional>
#include <string>

#include "core/base/checksum.h"
#include "core/storage/object_store.h"

namespace seabed {

struct ObjectContent {
  uint64_t size = 0;
  Hash128 hash{};   // of all of it
};

/// complete_upload. Where it cannot tell whether it was done (kOutcomeUnknown), the object is read back: `content` is a
/// success, anything else leaves it unknown. `io` makes the context of each request.
Status complete_settled(ObjectStore& store, const std::string& key, const std::string& upload_id,
                        std::span<const PartInfo> parts, const ObjectContent& content,
                        const std::function<IoContext()>& io);

}  // namespace seabed
