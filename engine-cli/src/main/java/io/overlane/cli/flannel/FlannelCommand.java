// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.flannel;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminServer;
import io.overlane.admin.command.EngineCaptures;
import io.overlane.cli.HttpOptions;
import io.overlane.cli.OneLineErrors;
import io.overlane.cli.Progress;
import io.overlane.cli.RunOptions;
import io.overlane.cli.StopSignal;
import io.overlane.flannel.node.FlannelCommands;
import io.overlane.flannel.node.FlannelNode;
import io.overlane.flannel.node.FlannelOptions;
import io.overlane.flannel.node.FlanneldEnvironment;
import io.overlane.flannel.node.NodeOptions;
import io.overlane.flannel.node.NodePorts;
import io.overlane.tun.service.SystemdNotifier;
import io.overlane.tun.service.Watchdog;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code flannel}: runs a node of a flannel network until a signal ends it. */
@Command(
    name = "flannel",
    defaultValueProvider = FlanneldEnvironment.class,
    sortOptions = false,
    description =
        "Runs a node of a flannel network until SIGINT or SIGTERM: takes a subnet from etcd or Kubernetes and " +
        "carries packets to the other nodes, of flanneld or of its own kind, with the network's backend (vxlan, " +
        "udp, host-gw, alloc). The options are flanneld's; each is also read from a variable FLANNELD_... Needs " +
        "root or CAP_NET_ADMIN.",
    footer = {"", "Exit code: 0 when stopped, 1 if it could not become a node, 2 for bad options."})
public final class FlannelCommand implements Callable<Integer>
{
    @Mixin
    private FlannelOptions options;

    @Mixin
    private NodeOptions nodeOptions;

    @Option(names = "--admin", paramLabel = "PATH|off", description =
        "Unix-domain socket for 'ctl', which only the node's user can open; off for none. Default: " +
        "/run/overlane/flannel.sock for root, $XDG_RUNTIME_DIR/overlane/flannel.sock otherwise; none if it cannot " +
        "be opened.")
    private @Nullable String admin;

    @Option(names = "--pcapng", paramLabel = "FILE", description =
        "Write every packet with its verdict to this pcapng file, the first 128 bytes of each; at 100 MB it becomes " +
        "FILE.1, and so on up to FILE.9. A further engine, of the other family or of a device that was made again, " +
        "has FILE-1, and so on. Default: none.")
    private @Nullable Path pcapng;

    @Mixin
    private HttpOptions http;

    @Spec
    private CommandSpec spec;

    private volatile @Nullable Progress progress;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final PrintWriter out = spec.commandLine().getOut();
        options.ignored().forEach(option -> print(out, option + " has no effect here"));
        final Consumer<String> lines = line ->
        {
            final Progress shown = progress;
            if (shown != null)
            {
                shown.erase();
            }
            print(out, line);
        };
        final FlannelNode node = new FlannelNode(options, nodeOptions, System.getenv(), lines);
        final EngineCaptures captures = new EngineCaptures(error -> lines.accept(OneLineErrors.message(error)));
        final StopSignal signal = StopSignal.listen(node::stop);
        final AdminCommands commands = FlannelCommands.addTo(node, captures, new AdminCommands());
        final Ports ports = this.new Ports(node, commands, out);
        AutoCloseable capture = captures;
        final Watchdog watchdog = Watchdog.start(
            new SystemdNotifier(System.getenv(), error -> lines.accept(OneLineErrors.message(error))),
            () -> node.engines().values());
        try (Progress begun = Progress.begin(spec.commandLine().getErr(), node::waitsFor))
        {
            progress = begun;
            if (pcapng != null)
            {
                capture = new NodeCapture(pcapng, () -> node.engines().values(), captures, lines);
            }
            node.ports(ports);
            node.run();
            print(out, "stopped");
            signal.done();
            return 0;
        }
        finally
        {
            CloseHelper.quietCloseAll(watchdog, ports::close, capture);
            signal.ended();
        }
    }

    /** The sockets for operators, open before the node has a lease. */
    private final class Ports implements NodePorts
    {
        private final FlannelNode node;
        private final AdminCommands commands;
        private final PrintWriter out;
        private @Nullable AdminServer server;
        private @Nullable AutoCloseable page;

        Ports(final FlannelNode node, final AdminCommands commands, final PrintWriter out)
        {
            this.node = node;
            this.commands = commands;
            this.out = out;
        }

        @Override
        public void open() throws IOException
        {
            server = openAdmin(commands, out);
            page = http.open(node::engines, commands, () -> problem(node), line -> print(out, line));
        }

        @Override
        public void close()
        {
            CloseHelper.quietCloseAll(page, server);
        }
    }

    /**
     * Open the socket before the node has a lease, so that an operator can ask why it has none. Null without a socket.
     */
    private @Nullable AdminServer openAdmin(final AdminCommands commands, final PrintWriter out) throws IOException
    {
        final Path path = RunOptions.adminSocket(admin, "flannel");
        if (path == null)
        {
            return null;
        }
        try
        {
            return AdminServer.open(
                path,
                commands,
                error -> print(out, OneLineErrors.message(error)));
        }
        catch (final IOException ex)
        {
            if (admin != null)
            {
                throw ex;
            }
            print(out, "ctl cannot reach this node: " + OneLineErrors.message(ex));
            return null;
        }
    }

    private static String problem(final FlannelNode node)
    {
        return node.isReady() ? "" : "the node is not ready: " + node.waitsFor();
    }

    private static void print(final PrintWriter out, final String line)
    {
        synchronized (out)
        {
            out.println("flannel: " + line.strip().replaceAll("\\s*\\R\\s*", "; "));
            out.flush();
        }
    }
}
