#include "core/storage/numbers.h"

namespace seabed {
namespace {

constexpr int kNoUri = 9026, kThrottledList = 9061, kUnreachable = 9070, kNoPermission = 9071, kFull = 9082,
              kWrongPosition = 9083;

int number_of(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return kNoUri;  // no such bucket, another region
    case Code::kPermissionDenied: return kNoPermission;
    case Code::kNoSpace: return kFull;
    case Code::kThrottled: return kThrottledList;
    case Code::kUnavailable:
    case Code::kTimeout:
    case Code::kIo: return kUnreachable;
    default: return 0;
  }
}

class NumberedStore : public AroundStore<NumberedStore> {
 public:
  using AroundStore::AroundStore;
  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    auto done = next();
    if (!done) done.error() = numbered_call(std::move(done.error()), call.op);
    return done;
  }
};

}  // namespace

Error numbered_open(Error error) {
  if (error.ob_error != 0) return error;
  error.ob_error = error.code == Code::kUnsupported ? kNoUri
                   : error.code == Code::kNotFound  ? kUnreachable
                                                    : number_of(error.code);
  return error;
}

Error numbered_call(Error error, StoreOp op) {
  if (error.ob_error != 0) return error;
  const bool position = op == StoreOp::kAppend && error.code == Code::kConflict;
  // Where nothing has to be there beforehand, the bucket or the share itself is not found.
  const bool root = error.code == Code::kNotFound && (op == StoreOp::kList || op == StoreOp::kPut);
  error.ob_error = position ? kWrongPosition : root ? kUnreachable : number_of(error.code);
  return error;
}

std::shared_ptr<ObjectStore> with_numbers(std::shared_ptr<ObjectStore> inner) {
  return std::make_shared<NumberedStore>(std::move(inner));
}

}  // namespace seabed
