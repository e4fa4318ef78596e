#include "core/storage/fault.h"

#include <type_traits>

namespace seabed {

namespace {
class FaultStore : public AroundStore<FaultStore> {
 public:
  FaultStore(std::shared_ptr<ObjectStore> inner, FaultPlan plan)
      : AroundStore(std::move(inner)), plan_(std::move(plan)) {}

  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext& ctx) override {
    return meet<Result<PartInfo>>(
        {StoreOp::kUploadPart, key, total_size(bytes), ctx},
        [&] { return inner_->upload_part(key, id, number, bytes, ctx); },
        PartInfo{number, total_size(bytes), "skipped"});
  }
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes, const IoContext& ctx) override {
    return meet<Result<uint64_t>>(
        {StoreOp::kAppend, key, total_size(bytes), ctx}, [&] { return inner_->append(key, position, bytes, ctx); },
        position + total_size(bytes));
  }

  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    using R = decltype(next());
    if constexpr (std::is_same_v<R, Status>) return meet<R>(call, next, ok());
    else return meet<R>(call, next, std::nullopt);
  }

 private:
  /// `lie`: what the medium says that did nothing; nullopt: there is no such answer, the call is made.
  template <class R, class F>
  R meet(const StoreCall& call, F&& next, std::optional<R> lie) {
    auto fault = plan_(call);
    if (!fault) return next();
    if (fault->error.object.empty()) fault->error.object = name(call.key);
    if (fault->when == Fault::When::kBefore) return fail(fault->error);
    if (fault->when == Fault::When::kSkip && lie) return *lie;
    R result = next();
    if constexpr (std::is_same_v<R, Result<size_t>>)
      if (fault->when == Fault::When::kShortRead && call.op == StoreOp::kRead && result) *result /= 2;
    if (fault->when == Fault::When::kAfter && result) return fail(fault->error);
    return result;
  }

  const FaultPlan plan_;
};
}  // namespace

std::shared_ptr<ObjectStore> with_faults(std::shared_ptr<ObjectStore> inner, FaultPlan plan) {
  return std::make_shared<FaultStore>(std::move(inner), std::move(plan));
}

}  // namespace seabed
