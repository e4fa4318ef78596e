#pragma once
// Looking at the medium after a write whose outcome is not known.

#include "core/storage/object_store.h"

namespace seabed {

enum class Outcome {
  kDone,     // what is there is what was to be written
  kNotDone,  // nothing of it is there: do it
  kOther,    // something else is there
  kUnknown   // what is there may be it or something else
};

/// A whole object: compares all bytes.
Result<Outcome> look_at_put(ObjectStore& store, const std::string& key, Buffers bytes, const IoContext& ctx);
/// Compares the length, and the bytes behind `position`.
Result<Outcome> look_at_append(ObjectStore& store, const std::string& key, uint64_t position, Buffers bytes,
                               const IoContext& ctx);
/// The upload is still there: not done. It is gone and the object has the parts' size: unknown, since the upload may have
/// been dropped beside an older object of that size; who has the content's hash can tell (media/settled_upload.h).
Result<Outcome> look_at_complete(ObjectStore& store, const std::string& key, const std::string& upload_id,
                                 std::span<const PartInfo> parts, const IoContext& ctx);

}  // namespace seabed
