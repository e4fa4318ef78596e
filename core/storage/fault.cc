#include "core/storage/fault.h"

namespace seabed {

namespace {
class FaultStore : public AroundStore<FaultStore> {
 public:
  FaultStore(std::shared_ptr<ObjectStore> inner, FaultPlan plan)
      : AroundStore(std::move(inner)), plan_(std::move(plan)) {}

  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    using R = decltype(next());
    auto fault = plan_(call);
    if (!fault) return next();
    if (fault->error.object.empty()) fault->error.object = name(call.key);
    if (fault->when == Fault::When::kBefore) return fail(fault->error);
    if constexpr (std::is_same_v<R, Status>)
      if (fault->when == Fault::When::kSkip) return ok();
    R result = next();
    if constexpr (std::is_same_v<R, Result<size_t>>)
      if (fault->when == Fault::When::kShortRead && call.op == StoreOp::kRead && result) *result /= 2;
    if (fault->when == Fault::When::kAfter && result) return fail(fault->error);
    return result;
  }

 private:
  const FaultPlan plan_;
};
}  // namespace

std::shared_ptr<ObjectStore> with_faults(std::shared_ptr<ObjectStore> inner, FaultPlan plan) {
  return std::make_shared<FaultStore>(std::move(inner), std::move(plan));
}

}  // namespace seabed
