// seabed mount, seabed unmount
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "core/engine/restore/restore_state.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/log_output.h"
#include "tools/mount/background.h"
#include "tools/mount/fuse_directory.h"
#include "tools/mount/mount_point.h"
#include "tools/nouns.h"
#include "tools/reads/staged_place.h"

namespace seabed {
namespace {

struct MountRequest {
  std::string directory, mountpoint, layer, log_file;
  uid_t uid = ::geteuid();
  gid_t gid = ::getegid();
  bool foreground = false;
};

Status read_owner(const std::string& text, MountRequest* request) {
  if (text.empty()) return ok();
  const passwd* user = ::getpwnam(text.c_str());
  if (!user) return fail(Code::kInvalidArgument, "--owner " + text, "is no user of this machine");
  if (::geteuid() != 0 && user->pw_uid != ::geteuid())
    return fail(Code::kPermissionDenied, "--owner " + text, "only root mounts for another user");
  request->uid = user->pw_uid;
  request->gid = user->pw_gid;
  return ok();
}

Result<MountRequest> read_request(Invocation& invocation) {
  MountRequest request;
  SEABED_TRY(request.directory, mount::absolute_path(invocation.text("directory")));
  SEABED_TRY(request.mountpoint, mount::absolute_path(invocation.text("mountpoint")));
  if (invocation.has("layer")) {
    SEABED_TRY(request.layer, mount::absolute_path(invocation.text("layer")));
  }
  if (invocation.has("log")) {
    SEABED_TRY(request.log_file, mount::absolute_path(invocation.text("log")));
  }
  SEABED_CHECK(read_owner(invocation.text("owner"), &request));
  request.foreground = invocation.has("foreground");
  return request;
}

/// Everything that has threads or locks begins here, in the process that serves.
Status serve(Invocation& invocation, MountRequest request, const std::function<void()>& ready) {
  SEABED_TRY(auto tenant, open_staged(invocation, request.directory, {}));
  SEABED_TRY(const auto* stream, chosen_stream(invocation, tenant));
  SEABED_TRY(const auto view, rocksdb_source::StagedView::open(stream->staged, stream->files));
  if (request.layer.empty()) request.layer = request.directory + "/seabed_mount_" + stream->name;
  SEABED_TRY(const auto layer, mount::WritableLayer::open(request.layer, *view));
  if (request.log_file.empty()) request.log_file = request.layer + "/mount.log";
  SEABED_CHECK(
      set_up_log({"text", "info", request.foreground && !invocation.has("log") ? "" : request.log_file}));
  ::umask(0);  // the program's own was applied already
  const auto started = [&] {
    log::info("{} serves {}, what is written goes to {}", request.mountpoint, stream->staged, request.layer);
    ready();
  };
  Status s = mount::serve_fuse(request.mountpoint,
                               {*view, *layer, request.uid, request.gid, ::geteuid() == 0}, started);
  const auto counts = stream->files->counts();
  log::info("{} ends; {} bytes were read from the medium in {} reads", request.mountpoint,
            counts.medium_bytes, counts.medium_reads);
  return s;
}

Result<int> mount_verb(Invocation& invocation) {
  SEABED_CHECK(mount::check_fuse());
  SEABED_TRY(const MountRequest request, read_request(invocation));
  SEABED_TRY(const auto state, restore::read_state(request.directory));
  if (!state) return fail(Code::kNotFound, request.directory, "holds no restored tenant", "restore into it first");
  SEABED_CHECK(mount::prepare_mount_point(request.mountpoint));
  const auto say = [&](int pid) {
    return invocation.answer(
        {{"mountpoint", request.mountpoint}, {"directory", request.directory}, {"pid", pid}}, [&] {
          return request.mountpoint + ": mounted, process " + std::to_string(pid) + "; `seabed unmount " +
                 request.mountpoint + "` ends it\n";
        });
  };
  if (request.foreground) {
    SEABED_CHECK(serve(invocation, request, [&] { say(::getpid()); }));
    return kExitOk;
  }
  SEABED_TRY(const int pid, run_in_background(request.mountpoint, [&](const std::function<void()>& ready) {
               return serve(invocation, request, ready);
             }));
  return say(pid);
}

Result<int> unmount_verb(Invocation& invocation) {
  SEABED_TRY(const std::string path, mount::absolute_path(invocation.text("mountpoint")));
  SEABED_CHECK(mount::unmount(path, invocation.has("force")));
  return invocation.answer({{"mountpoint", path}}, [&] { return path + ": unmounted\n"; });
}

}  // namespace

std::vector<Verb> mount_verbs() {
  Verb out{"mount",
           "",
           "Show a restored, not activated tenant as a database directory",
           "Unmodified programs open it. Of a quick tenant the data files are read from the backup page by "
           "page, each page\n"
           "proved before it is served. What the program writes goes to a local layer, which the next mount "
           "takes up again;\n"
           "the restored tenant itself is never changed. Needs FUSE (package fuse3).",
           {"seabed mount /srv/look /mnt/look", "seabed mount /srv/look '/srv/mysql/#rocksdb' --owner mysql",
            "seabed mount /srv/look /mnt/look --foreground"},
           {{OptionSpec::kPositional, "directory", "DIR", "as given to `seabed restore`", true},
            {OptionSpec::kPositional, "mountpoint", "MOUNTPOINT", "an empty or a new directory", true},
            {OptionSpec::kText, "layer", "DIR", "where writes go (<DIR>/seabed_mount_<stream>)"},
            {OptionSpec::kText, "owner", "USER", "whose the files are (yours)"},
            {OptionSpec::kFlag, "foreground", "", "serve in this process until a signal or an unmount"},
            {OptionSpec::kText, "log", "FILE", "(mount.log in the layer; standard error in the foreground)"}},
           mount_verb};
  for (auto& option : staged_place_options())
    if (option.name != "directory" && option.name != "tenant") out.options.push_back(option);
  return {out,
          {"unmount",
           "",
           "End a mount",
           "What was written stays in its layer.",
           {"seabed unmount /mnt/look"},
           {{OptionSpec::kPositional, "mountpoint", "MOUNTPOINT", "of `seabed mount`", true},
            {OptionSpec::kFlag, "force", "", "even while programs have files open there"}},
           unmount_verb}};
}

}  // namespace seabed
