#pragma once
// Internal to core/engine/clean: one life of a job. plan.cc: INIT; delete_items.cc: DOING; clean_run.cc: the
// rest.

#include "core/engine/clean/clean_job.h"
#include "core/engine/clean/item_objects.h"
#include "core/engine/clean/transition.h"
#include "core/engine/job/progress_meter.h"

namespace seabed::clean {

CleanRequest request_of(const catalog::DeleteJobRow& job);
std::string join_ids(const std::set<uint64_t>& ids);
std::set<uint64_t> dests_of(const Stock& stock, const CleanRequest& request);
/// The rules of the request over what was looked at. Errors: the refusals of a deletion by id.
/// `decision.blocked` is set when the media, a destination or the clock speak against it.
Result<CleanDecision> decide(EngineContext& context, const CleanLook& look, const CleanRequest& request,
                             const CancelToken& cancel);
/// 0, or the number for RESULT.
int64_t result_number(const Error& error);

class CleanRun {
 public:
  CleanRun(EngineContext& context, uint64_t job_id, const ProgressFn& progress, const CancelToken& cancel,
           const CleanTools& tools)
      : context_(context), job_id_(job_id), progress_(progress), cancel_(cancel), tools_(tools) {}
  Status execute();

 private:
  // ---- plan.cc ----
  Status plan();
  Status write_plan(const CleanDecision& decision);
  // ---- delete_items.cc ----
  Status check_still_decided();
  Status delete_items();
  Status delete_item(catalog::DeleteTaskRow& task);
  Status act(catalog::DeleteTaskRow& task, TaskAction action);
  Status mark_deleting(catalog::DeleteTaskRow& task);
  Status bury(const catalog::DeleteTaskRow& task);
  Status look_for_readers(const catalog::DeleteTaskRow& task);
  Status delete_objects(catalog::DeleteTaskRow& task);
  Status mark_deleted(catalog::DeleteTaskRow& task);
  Status note(catalog::DeleteTaskRow& task);
  Result<const CleanPlace*> place_of(const catalog::DeleteTaskRow& task);
  paths::SetId set_of(const catalog::DeleteTaskRow& task) const;
  // ---- clean_run.cc ----
  Status load();
  Status check_going_on();
  Status end(JobEvent event, const std::optional<Error>& why);
  Status stop(Error why);
  void tell();
  void at_state(const std::string& name);
  uint64_t now_us() const { return context_.clock->read().now / 1000; }
  IoContext io() const { return clean_io(context_, cancel_); }

  EngineContext& context_;
  const uint64_t job_id_;
  const ProgressFn& progress_;
  const CancelToken& cancel_;
  const CleanTools& tools_;
  catalog::DeleteJobRow job_;
  std::vector<catalog::DeleteTaskRow> tasks_;
  CleanLook look_;
  ProgressMeter meter_;
};

}  // namespace seabed::clean
