#include <spdlog/fmt/fmt.h>

#include "core/engine/restore/newer_streams.h"
#include "core/engine/restore/plan.h"
#include "core/engine/restore/restore_log.h"
#include "core/flow/side_by_side.h"

namespace seabed::restore {
namespace {

std::string without_slash(std::string name) {
  if (!name.empty() && name.back() == '/') name.pop_back();
  return name;
}

RestorePart part_of(const Media& media, size_t base) {
  const SetFacts& set = *media.base_media[base].set;
  RestorePart part{true, set.id.id, set.descriptor.output_bytes()};
  part.destination = media.data[media.bases[base].source]->medium().store->describe();
  part.name = without_slash(paths::set_dir(set.id));
  part.description = fmt::format("{} set, restorable from {}", set.id.full ? "full" : "incremental",
                                 media.display(media.bases[base].min_restore));
  return part;
}

RestorePart part_of(const Media& media, const PieceMedia& piece) {
  const meta::PieceDescriptor& d = piece.facts.descriptor;
  RestorePart part{false, piece.facts.key.piece};
  for (const meta::LsPieceProgress& p : d.ls()) part.bytes += p.input_bytes();
  part.destination = media.archive[piece.archive]->medium().store->describe();
  part.name = without_slash(paths::piece_dir(piece.facts.key));
  part.description =
      fmt::format("start {}, checkpoint {}", media.display(d.start_scn()), media.display(d.checkpoint_scn()));
  return part;
}

void summarize(const Media& media, Plan* plan) {
  RestorePlan& s = plan->summary;
  s.target = plan->target;
  s.target_display = media.display(plan->target);
  for (size_t i : plan->sets) {
    s.parts.push_back(part_of(media, i));
    s.sets.push_back(s.parts.back().name);
  }
  for (size_t i : plan->pieces) {
    s.parts.push_back(part_of(media, media.piece_media[i]));
    s.pieces.push_back(s.parts.back().name);
    s.log_bytes += s.parts.back().bytes;
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

std::vector<uint64_t> missed_streams(const Media& media, const Plan& plan) {
  std::set<uint64_t> known;
  for (const meta::LsMetaInfo& ls : media.base_media[plan.base].streams.ls()) known.insert(ls.ls_id());
  const PieceMedia& first = media.piece_media[plan.pieces.front()];
  return newer_streams(media.archive[first.archive]->medium(), pieces_of(media, plan), known, plan.target);
}

}  // namespace

Result<Plan> make_plan(EngineContext& context, const Media& media, Scn target, bool own_library, bool with_keys,
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
  std::vector<uint64_t> missed;
  SEABED_CHECK(side_by_side({[&]() -> Status {
                               SEABED_CHECK(plan_streams(context, media, own_library, &plan));
                               return check_streams(media, plan);
                             },
                             [&] { return present.begin(media, chosen); },
                             [&] {
                               missed = missed_streams(media, chosen);
                               return ok();
                             },
                             [&] {
                               if (with_keys) keys = check_log_keys(media, chosen);
                               return ok();
                             }}));
  if (with_keys) SEABED_CHECK(check_set_keys(media, plan));
  SEABED_CHECK(keys);
  plan.newer_streams = std::move(missed);
  if (!plan.newer_streams.empty()) plan.warnings.push_back(newer_streams_text(plan.newer_streams));
  for (const Error& problem : media.problems) plan.warnings.push_back("left out: " + problem.message());
  if (!presence) SEABED_CHECK(own.end(&plan.warnings));
  return plan;
}

}  // namespace seabed::restore
