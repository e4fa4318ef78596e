// Log stream 1 beside the others: what it is fed with, and its folds on the medium.

#include <algorithm>

#include "core/base/log.h"
#include "core/catalog/parameters.h"
#include "core/engine/archive/dictionary_source.h"
#include "core/engine/archive/round_executor.h"
#include "core/engine/standby/standby_dictionary.h"

namespace seabed::archive {

Status RoundExecutor::open_dictionary(const Facts& facts) {
  if (!facts.standby_directory.empty()) {
    if (fold_) return ok();
    std::vector<StreamSource*> streams;
    for (const auto& [ls_id, source] : sources_) streams.push_back(source.get());
    auto source = std::make_unique<standby::StandbyDictionary>(facts.standby_directory, [streams]() -> Result<Scn> {
      Scn whole = kScnMax;
      for (StreamSource* stream : streams) {
        SEABED_TRY(const auto followed, stream->followed());
        if (followed) whole = std::min(whole, followed->readable);
      }
      return whole;
    });
    fold_ = [dictionary = source.get()] { return dictionary->fold(); };
    std::lock_guard lock(mutex_);
    sources_[1] = std::move(source);
    return ok();
  }
  if (context_.state_directory.empty()) return ok();  // a tool that archives nothing for long
  if (!dictionary_) {
    const std::string dir = context_.state_directory + "/" + config_.name + "/logstream_1";
    SEABED_TRY(auto source,
               DictionarySource::open(dir, tenant_source_.get(), clock_, tuning_.side_file_look));
    dictionary_ = source.get();
    fold_ = [dictionary = dictionary_] { return dictionary->fold(); };
    std::lock_guard lock(mutex_);
    sources_[1] = std::move(source);
  }
  return feed_dictionary(facts);
}

Status RoundExecutor::feed_dictionary(const Facts& facts) {
  if (!dictionary_) return ok();
  std::map<std::string, std::string> known = {{"tenant/name", facts.tenant.name},
                                              {"tenant/id", std::to_string(facts.tenant.tenant_id)},
                                              {"tenant/mode", facts.tenant.mode},
                                              {"tenant/time_zone", facts.tenant.time_zone},
                                              {"tenant/incarnation", std::to_string(facts.tenant.incarnation)}};
  for (const auto& stream : config_.streams)
    known["tenant/log_stream/" + std::to_string(stream.ls_id)] = stream.engine;
  for (const auto& [name, value] : facts.parameters) known["parameter/" + name] = value;
  dictionary_->set_facts(std::move(known));
  return ok();
}

void RoundExecutor::connect_dictionary(uint64_t ls_id, StreamEnvironment* env) {
  DictionarySource* dictionary = dictionary_;
  if (!fold_ || (ls_id != 1 && !dictionary)) return;
  if (ls_id != 1) {
    env->saw_log = [dictionary](Scn stamp) { dictionary->saw_log(stamp); };
    env->saw_tablets = [dictionary, ls_id](const auto& tablets) { dictionary->set_tablets(ls_id, tablets); };
    return;
  }
  const auto store = env->store;
  const auto id = env->id;
  auto last_fold = std::make_shared<Scn>(0);
  const auto write = [this, make_fold = fold_, store, id, last_fold](uint64_t piece) -> Status {
    const auto fold = make_fold();
    SEABED_CHECK(put_once(*store, paths::schema_meta(id.piece(piece), fold.scn), FileType::kSchemaMeta, fold.body, io()));
    *last_fold = fold.scn;
    return ok();
  };
  env->entered = write;
  // All of it runs on the stream's own thread.
  env->before_step = [this, write, last_fold] {
    const auto self = stream(1);
    if (!self || *last_fold == 0 || clock_.read().now < *last_fold + dump_interval_ns_) return;
    if (const auto done = write(self->progress().piece_id); !done) {
      log::warn("dictionary of tenant {}: {}", config_.name, done.error().message());
      *last_fold += 10'000'000'000;  // again in a while
    }
  };
}

}  // namespace seabed::archive
