#include "core/storage/stack.h"

#include "core/storage/capability_check.h"
#include "core/storage/metrics.h"
#include "core/storage/numbers.h"
#include "core/storage/retry.h"
#include "core/storage/tag_delete.h"
#include "core/storage/throttle.h"

namespace seabed {

Result<std::shared_ptr<ObjectStore>> stack_store(std::shared_ptr<ObjectStore> driver, const HostKeys& keys,
                                                 int max_attempts) {
  auto store = with_throttle(with_metrics(std::move(driver)), keys.max_iops, keys.max_bandwidth);
  RetryPolicy policy;
  policy.max_attempts = max_attempts;
  store = with_retry(std::move(store), policy);
  if (keys.tag_instead_of_delete) {
    if (!store->capabilities().tags)
      return fail(Code::kUnsupported, store->describe(),
                  "this medium has no tags, which delete_mode=tagging needs", "use delete_mode=delete");
    store = with_tag_delete(std::move(store));
  }
  return with_capability_check(with_numbers(std::move(store)));
}

}  // namespace seabed
