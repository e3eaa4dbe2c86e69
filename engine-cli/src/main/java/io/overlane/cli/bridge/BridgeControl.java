// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.AdminServer;
import io.overlane.admin.Answer;
import io.overlane.admin.command.EngineCaptures;
import io.overlane.admin.command.EngineCommands;
import io.overlane.cli.OneLineErrors;
import io.overlane.cli.Progress;
import io.overlane.cli.Version;
import io.overlane.cli.bridge.config.ConfigFile;
import io.overlane.cli.bridge.config.SegmentRequest;
import io.overlane.cli.bridge.plan.BridgeMode;
import io.overlane.cli.bridge.plan.HostFacts;
import io.overlane.cli.bridge.plan.NumberRange;
import io.overlane.tun.service.SystemdNotifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;

/** Controls a running bridge by the admin socket and SIGHUP. */
final class BridgeControl
{
    private final BridgeRun run;
    private final RunningBridge bridge;
    private final BridgeTasks tasks;
    private final SystemdNotifier systemd;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Logger log;

    BridgeControl(
        final BridgeRun run,
        final RunningBridge bridge,
        final BridgeTasks tasks,
        final SystemdNotifier systemd,
        final PrintWriter out,
        final PrintWriter err,
        final Logger log)
    {
        this.run = run;
        this.bridge = bridge;
        this.tasks = tasks;
        this.systemd = systemd;
        this.out = out;
        this.err = err;
        this.log = log;
    }

    /** Read the file again at each SIGHUP, but not before the bridge runs. */
    void listenForHangup()
    {
        final ConfigFile config = run.config();
        if (config != null && !Hangup.onHangup(() -> tasks.submit(() -> onHangup(config))))
        {
            log.warn("this JVM does not report SIGHUP; use 'ctl reload' instead");
        }
    }

    /**
     * Open the admin socket of the running bridge, and serve HTTP.
     *
     * @param opened gets the resources to close at the end.
     * @throws IOException if {@code --admin} was given and the socket cannot be opened, or HTTP cannot be served.
     */
    void open(final Consumer<AutoCloseable> opened) throws IOException
    {
        final EngineCaptures captures = new EngineCaptures(error -> log.warn("{}", OneLineErrors.message(error)));
        opened.accept(captures);
        if (run.pcapng() != null)
        {
            startCapture(captures, run.pcapng());
        }
        final AdminCommands commands = commands(captures);
        openAdmin(commands, opened);
        final AutoCloseable http = run.http().open(
            () -> Map.of(run.plans().get(0).device(), bridge.engine()),
            commands,
            () -> "",
            line ->
            {
                out.println("tun-bridge: " + line);
                out.flush();
            });
        if (http != null)
        {
            opened.accept(http);
        }
    }

    private void openAdmin(final AdminCommands commands, final Consumer<AutoCloseable> opened) throws IOException
    {
        if (run.admin() == null)
        {
            return;
        }
        try
        {
            opened.accept(AdminServer.open(
                run.admin(), commands, error -> log.warn("{}", OneLineErrors.message(error))));
        }
        catch (final IOException ex)
        {
            if (run.isAdminWanted())
            {
                throw ex;
            }
            log.warn("ctl cannot reach this bridge: {}", OneLineErrors.message(ex));
        }
    }

    private void startCapture(final EngineCaptures captures, final Path file) throws IOException
    {
        try
        {
            captures.start(bridge.engine(), file);
        }
        catch (final IOException ex)
        {
            throw new IOException("--pcapng: " + ex.getMessage(), ex);
        }
    }

    private AdminCommands commands(final EngineCaptures captures)
    {
        final boolean isVxlan = run.plans().get(0).mode() == BridgeMode.VXLAN;
        final AdminCommands commands = EngineCommands.addTo(bridge.engine(), isVxlan, captures, new AdminCommands())
            .addReading("version", "", "version and process", words -> version())
            .add("reload", "", "read the configuration file again, as SIGHUP does", words -> reload());
        if (isVxlan)
        {
            commands
                .add("segment add", SegmentRequest.SYNTAX, "add a segment and its device, or one for each VLAN of a" +
                    " range", this::addSegment)
                .add("segment del", "VNI[-VNI]", "remove segments that were added by hand", this::removeSegment);
        }
        return commands;
    }

    private Answer version()
    {
        final Map<String, Object> members = new LinkedHashMap<>();
        members.put("version", new Version().getVersion()[0]);
        members.put("pid", ProcessHandle.current().pid());
        members.put("config", run.config() == null ? null : run.config().toString());
        return new Answer(
            members.get("version") + ", process " + members.get("pid") +
                (run.config() == null ? "" : ", configured by " + run.config()) + "\n",
            members);
    }

    private Answer reload() throws AdminException
    {
        final ConfigFile config = run.config();
        if (config == null)
        {
            throw AdminException.refused("the bridge was started without a configuration file");
        }
        return tasks.ask(() -> readAgain(config)).answer();
    }

    private void onHangup(final ConfigFile config)
    {
        try
        {
            readAgain(config);
        }
        catch (final IOException | RuntimeException ex)
        {
            log.warn("the configuration was not read again, and nothing changed: {}", OneLineErrors.message(ex));
        }
        catch (final Error error)
        {
            // Nobody waits for the result of this task.
            log.error("the configuration could not be read again: {}", error.toString());
            throw error;
        }
    }

    private ChangeReport readAgain(final ConfigFile config) throws IOException
    {
        String result = config + " could not be read again";
        systemd.reloading();
        try
        {
            final ChangeReport report = change(config);
            result = config + " read again: " + report.summary();
            report.notDone().forEach(line -> log.warn("{}", line));
            out.println("tun-bridge: " + result);
            out.flush();
            return report;
        }
        catch (final IOException | RuntimeException ex)
        {
            result += ": " + OneLineErrors.message(ex);
            throw ex;
        }
        finally
        {
            systemd.ready(result);
        }
    }

    private ChangeReport change(final ConfigFile config) throws IOException
    {
        final Progress progress = Progress.begin(err, () -> "applying " + config);
        try
        {
            final ConfigFile.Contents contents = config.read(HostFacts.now());
            return bridge.change(contents.plans(), contents.contexts());
        }
        finally
        {
            progress.close();
        }
    }

    private Answer addSegment(final List<String> words) throws AdminException
    {
        tasks.ask(() ->
        {
            bridge.add(SegmentRequest.plans(words, run.plans().get(0), bridge.devices()::planOf, HostFacts.now()));
            return null;
        });
        return Answer.DONE;
    }

    private Answer removeSegment(final List<String> words) throws AdminException
    {
        final NumberRange vnis = SegmentRequest.vnis(words);
        if (words.size() > 1)
        {
            throw AdminException.usage("unexpected '" + words.get(1) + "'");
        }
        tasks.ask(() ->
        {
            bridge.remove(vnis);
            return null;
        });
        return Answer.DONE;
    }
}
