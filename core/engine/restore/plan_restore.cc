#include <spdlog/fmt/fmt.h>

#include "core/engine/restore/plan.h"
#include "core/flow/side_by_side.h"

namespace seabed::restore {
namespace {

std::string without_slash(std::string name) {
  if (!name.empty() && name.back() == '/') name.pop_back();
  return name;
}

void summarize(const Media& media, Plan* plan) {
  RestorePlan& s = plan->summary;
  s.target = plan->target;
  s.target_display = media.display(plan->target);
  for (size_t i : plan->sets) s.sets.push_back(without_slash(paths::set_dir(media.base_media[i].set->id)));
  for (size_t i : plan->pieces) {
    const PieceFacts& piece = media.piece_media[i].facts;
    s.pieces.push_back(without_slash(paths::piece_dir(piece.key)));
    for (const meta::LsPieceProgress& p : piece.descriptor.ls()) s.log_bytes += p.input_bytes();
  }
}

/// Every stream of the base must be there up to the target: the tenant's checkpoint is their minimum, unless
/// a stream is missing from it.
Status check_streams(const Media& media, const Plan& plan) {
  const PieceFacts& last = media.piece_media[plan.pieces.back()].facts;
  for (const StreamPlan& stream : plan.streams) {
    const meta::LsPieceProgress* found = nullptr;
    for (const meta::LsPieceProgress& p : last.descriptor.ls())
      if (p.ls_id() == stream.meta.ls_id()) found = &p;
    if (found && (found->checkpoint_scn() >= plan.target || found->deleted())) continue;
    return fail(
        Code::kGap, paths::piece_dir(last.key),
        fmt::format("log stream {} is archived up to {}, the target is {}", stream.meta.ls_id(),
                    found ? media.display(found->checkpoint_scn()) : "nothing", media.display(plan.target)),
        "restore to an earlier target");
  }
  return ok();
}

}  // namespace

Result<Plan> make_plan(EngineContext& context, const Media& media, Scn target, bool with_keys,
                       PresenceCheck* presence) {
  if (media.data.empty() || media.archive.empty())   // the log of a set with PLUS ARCHIVELOG counts
    return fail(
        Code::kInvalidArgument, "source",
        media.data.empty() ? "no data backup destination was given" : "no log archive destination was given",
        "give both destinations of the tenant");
  auto choice = choose(media.bases, media.spans, target);
  if (!choice) return fail(impossible(media, target));
  Plan plan;
  plan.target = target;
  plan.sets = choice->sets;
  plan.pieces = choice->pieces;
  plan.base = choice->sets.back();
  summarize(media, &plan);
  const Plan chosen = plan;  // what presence and keys need
  PresenceCheck own;
  PresenceCheck& present = presence ? *presence : own;
  Status keys = ok();
  SEABED_CHECK(side_by_side({[&]() -> Status {
                               SEABED_CHECK(plan_streams(context, media, &plan));
                               return check_streams(media, plan);
                             },
                             [&] { return present.begin(media, chosen); },
                             [&] {
                               if (with_keys) keys = check_log_keys(media, chosen);
                               return ok();
                             }}));
  if (with_keys) SEABED_CHECK(check_set_keys(media, plan));
  SEABED_CHECK(keys);
  for (const Error& problem : media.problems) plan.warnings.push_back("left out: " + problem.message());
  if (!presence) SEABED_CHECK(own.end(&plan.warnings));
  return plan;
}

}  // namespace seabed::restore
