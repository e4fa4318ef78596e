#include "core/base/log_context.h"

#include <utility>

namespace seabed::log {
namespace {
thread_local Context now;
}

const Context& context() { return now; }

Scope::Scope(Context context) : before_(now) {
  if (!context.tenant.empty()) now.tenant = std::move(context.tenant);
  if (!context.job.empty()) now.job = std::move(context.job);
  if (!context.object.empty()) now.object = std::move(context.object);
}

Scope::~Scope() { now = std::move(before_); }

}  // namespace seabed::log
