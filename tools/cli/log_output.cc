#include "tools/cli/log_output.h"

#include <fcntl.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <mutex>
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "core/base/log.h"
#include "core/base/log_context.h"
#include "tools/cli/error_json.h"

namespace seabed {
namespace {

std::string time_text(spdlog::log_clock::time_point at) {
  using namespace std::chrono;
  const auto ms = duration_cast<milliseconds>(at.time_since_epoch()).count();
  const time_t seconds = static_cast<time_t>(ms / 1000);
  tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  return fmt::format("{}.{:03}Z", text, ms % 1000);
}

/// A text that fits one word as it is, else quoted; a line stays one line.
std::string word(std::string_view text) {
  if (text.find_first_of(" \"=\n") == text.npos) return std::string(text);
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c == '\n' || c == '\r')
      out += "\\n";
    else
      out += c;
  return out;
}

std::string text_line(const spdlog::details::log_msg& msg) {
  const auto level = spdlog::level::to_string_view(msg.level);
  const log::Context& about = log::context();
  std::string line =
      fmt::format("{} {:<7} ", time_text(msg.time), std::string_view(level.data(), level.size()));
  for (auto& [name, value] :
       {std::pair{"tenant", &about.tenant}, {"job", &about.job}, {"object", &about.object}})
    if (!value->empty()) line += fmt::format("{}={} ", name, word(*value));
  return line + one_line({msg.payload.data(), msg.payload.size()});
}

std::string json_line(const spdlog::details::log_msg& msg) {
  const auto level = spdlog::level::to_string_view(msg.level);
  const log::Context& about = log::context();
  Json line = {{"time", time_text(msg.time)}, {"level", std::string(level.data(), level.size())}};
  for (auto& [name, value] :
       {std::pair{"tenant", &about.tenant}, {"job", &about.job}, {"object", &about.object}})
    if (!value->empty()) line[name] = *value;
  line["message"] = std::string(msg.payload.data(), msg.payload.size());
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// spdlog's default logger must not be replaced while others log: it stays, with this one sink, whose file
/// and form change under its lock. A line is one write(), so that lines of several processes do not mix in
/// one file.
class Output : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void use(Fd file, bool json) {
    std::lock_guard lock(mutex_);
    file_ = std::move(file);
    json_ = json;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    const std::string line = (json_ ? json_line(msg) : text_line(msg)) + "\n";
    const int fd = file_ ? file_.get() : STDERR_FILENO;
    for (size_t done = 0; done < line.size();) {
      const ssize_t n = ::write(fd, line.data() + done, line.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;  // a full disk stops no backup
      done += static_cast<size_t>(n);
    }
  }
  void flush_() override {}

 private:
  Fd file_;
  bool json_ = false;
};

Output& output() {
  static const auto one = [] {
    auto made = std::make_shared<Output>();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("seabed", made));
    return made;
  }();
  return *one;
}

Result<Fd> open_log(const std::string& path) {
  if (path.empty()) return Fd();
  Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640));
  if (!file) return fail_errno("[log] file " + path, "cannot be opened", errno);
  return file;
}

}  // namespace

Result<std::function<void()>> prepare_log(const LogConfig& config) {
  SEABED_TRY(Fd file, open_log(config.file));
  auto opened = std::make_shared<Fd>(std::move(file));  // what std::function holds can be copied
  return [opened, config] {
    output().use(std::move(*opened), config.format == "json");
    spdlog::set_level(spdlog::level::from_str(config.level));
  };
}

Status set_up_log(const LogConfig& config) {
  SEABED_TRY(const auto take_over, prepare_log(config));
  take_over();
  return ok();
}

}  // namespace seabed
