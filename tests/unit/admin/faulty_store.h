#pragma once
// A medium in memory whose operations can be made to fail or to lie.

#include <functional>
#include <optional>

#include "core/storage/store_call.h"
#include "tests/unit/storage/memory_store.h"

namespace seabed::test {

class FaultyStore : public AroundStore<FaultyStore> {
 public:
  using Fault = std::function<std::optional<Error>(const StoreCall&)>;
  explicit FaultyStore(std::shared_ptr<ObjectStore> inner) : AroundStore(std::move(inner)) {}
  Fault fault = [](const StoreCall&) { return std::nullopt; };

  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    if (auto error = fault(call)) return tl::unexpected<Error>(std::move(*error));
    return next();
  }
};

inline Error denied(const std::string& what) {
  return {Code::kPermissionDenied, what, "403 AccessDenied", "", 0, 0};
}

}  // namespace seabed::test
