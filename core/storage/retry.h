#pragma once
// The only place that sends a call to a medium twice. (A job tries a whole step again: engine/job/retry_policy.h.)

#include <memory>

#include "core/storage/backoff.h"
#include "core/storage/object_store.h"

namespace seabed {

/// Transient failures are tried again within the call's deadline and `max_attempts`. What may have been done
/// is looked at first: put(kIfAbsent), append and complete_upload never happen twice, and an error for what
/// was done becomes the success that it was. kOutcomeUnknown is returned when looking was impossible,
/// too, and for a complete_upload whose upload is gone while an object of its size is there: who knows the content settles
/// that (media/settled_upload.h).
std::shared_ptr<ObjectStore> with_retry(std::shared_ptr<ObjectStore> inner, RetryPolicy policy);

}  // namespace seabed
