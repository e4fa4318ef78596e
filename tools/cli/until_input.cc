#include "tools/cli/until_input.h"

#include "tools/cli/invocation.h"

namespace seabed {

Result<RestoreTargetPoint> read_until(const Invocation& invocation, const std::string& verb) {
  RestoreTargetPoint until;
  if (invocation.has("until-time") && invocation.has("until-scn"))
    return fail(Code::kInvalidArgument, verb, "--until-time and --until-scn exclude each other");
  if (invocation.has("until-scn")) {
    until.kind = RestoreTargetPoint::Kind::kScn;
    SEABED_TRY(until.scn, invocation.number("until-scn", 0));
  } else if (invocation.has("until-time")) {
    until.kind = RestoreTargetPoint::Kind::kTime;
    until.time = invocation.text("until-time");
  }
  return until;
}

}  // namespace seabed
