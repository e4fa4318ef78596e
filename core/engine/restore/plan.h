#pragma once
// What a restore will do, decided before anything is written: target, sets, pieces, streams and their files.

#include "core/engine/restore/media_facts.h"
#include "core/engine/restore/window.h"

namespace seabed::restore {

struct StreamPlan {
  meta::LsMetaInfo meta;
  EngineAdapter* adapter = nullptr;
  std::string name;  // of its directory: one safe component, unlike any other
  /// Of all kinds; each with the directory of the restore set that lists it.
  std::vector<std::pair<DataDirectory, meta::FileMeta>> files;
};

struct Plan;

/// presence.cc: objects that are gone, have another length or (small ones of the chosen sets and pieces) other bytes:
/// warnings. What a restore needs it finds out by itself, and fails. Names are looked at by begin(), contents are proved on
/// a thread, which the destructor waits for. Media outlive it.
class PresenceCheck {
 public:
  PresenceCheck();
  PresenceCheck(PresenceCheck&&) noexcept;
  PresenceCheck& operator=(PresenceCheck&&) noexcept;
  ~PresenceCheck();
  Status begin(const Media& media, const Plan& plan);
  /// Waits, and puts what was found before `warnings`. An error of the medium fails it.
  Status end(std::vector<std::string>* warnings);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

struct Plan {
  RestorePlan summary;
  Scn target = 0;
  size_t base = 0;  // index into Media::bases
  std::vector<size_t> sets, pieces;
  std::vector<StreamPlan> streams;  // of databases; log stream 1 is `dictionary`
  std::optional<StreamPlan> dictionary;
  std::vector<uint64_t> newer_streams;  // of the source at the target, unknown to the base
  std::vector<std::string> warnings;
};

// plan_target.cc
/// LATEST, an SCN or a time of the tenant's zone, as an SCN.
Result<Scn> resolve_target(const Media& media, const RestoreTargetPoint& until);
/// Why nothing leads to the target, naming the nearest targets that something leads to (kConflict). ob_error 4018: no
/// enough log; 9064: a hole, or a gap behind the set; 9077: another round's log; 9011: no set; 9099: before the first.
Error impossible(const Media& media, Scn target);

// plan_streams.cc
/// Names from the media are hostile: one component, printable, no dots alone, none of ours.
bool is_safe_component(std::string_view name);
/// `own_library`: of whatever version of its engine (RestoreRequest).
Status plan_streams(EngineContext& context, const Media& media, bool own_library, Plan* plan);

// check_keys.cc
/// kPermissionDenied with ob_error 9047 when a set or log that the plan needs does not open with the keys at hand: asked
/// before the first byte is restored.
Status check_keys(const Media& media, const Plan& plan);
/// Its two parts; that of the logs asks the media, and needs the chosen pieces and base only.
Status check_set_keys(const Media& media, const Plan& plan);
Status check_log_keys(const Media& media, const Plan& plan);

// plan_restore.cc
/// `with_keys`: check_keys as well, at the same time as the rest is asked. `presence`: it goes on there, and its warnings
/// are told there; null: its end is waited for.
Result<Plan> make_plan(EngineContext& context, const Media& media, Scn target, bool own_library = false,
                       bool with_keys = false, PresenceCheck* presence = nullptr);

}  // namespace seabed::restore
