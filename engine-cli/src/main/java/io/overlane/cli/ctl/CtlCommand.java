// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.ctl;

import io.overlane.admin.AdminClient;
import io.overlane.cli.Progress;
import io.overlane.cli.SocketOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ctl}: sends a request to a running bridge over its admin socket. The bridge defines the requests. */
@Command(
    name = "ctl",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Sends a request to a running bridge or flannel node. 'ctl help' lists its requests, which have the " +
        "syntax of 'bridge fdb' and 'ip neigh'.",
    footer = {
        "",
        "  ctl fdb add 02:00:00:00:00:0a dst 192.0.2.7 vni 42",
        "  ctl drops vni 42 remote 192.0.2.7",
        "  ctl capture - vni 42 | wireshark -k -i -",
        "",
        "Exit code: 0 when done, 1 if refused or nobody answers, 2 for a wrong request."})
public final class CtlCommand implements Callable<Integer>
{
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(90);

    @Mixin
    private SocketOption socket;

    @Option(names = {"-j", "--json"}, description =
        "Answer with one JSON value on one line. Default: text for people.")
    private boolean isJson;

    @Parameters(paramLabel = "WORD", arity = "1..*", completionCandidates = FirstWords.class, description =
        "The request: help, ping, version, reload, stats, histograms, latency on|off, drops, capture ..., fdb ..., " +
        "neigh ..., route ..., context ..., gateway ..., segment ..., vlan ..., fast-path show, flannel " +
        "leases|routes|why PEER.")
    private List<String> words = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    /** First words for shell completion; a bridge may have more. */
    static final class FirstWords implements Iterable<String>
    {
        @Override
        public Iterator<String> iterator()
        {
            return List.of(
                "help", "ping", "version", "reload", "stats", "histograms", "latency", "drops", "capture", "fdb",
                "neigh", "route", "context", "gateway", "segment", "vlan", "fast-path", "flannel", "leases", "routes",
                "why", "show", "add", "append", "replace", "del", "flush", "vni", "dst", "port", "lladdr", "remote",
                "reason", "dev", "via", "type").iterator();
        }
    }

    @Override
    public Integer call() throws IOException
    {
        final List<String> request = new ArrayList<>(words);
        if (isJson)
        {
            request.add(0, "-j");
        }
        final AdminClient.Reply reply;
        final Path path = socket.path();
        final Progress progress = Progress.begin(
            spec.commandLine().getErr(), () -> "waiting for the answer of " + path);
        final StreamOutput stream = new StreamOutput(progress);
        try
        {
            reply = AdminClient.ask(path, request, TIMEOUT_NS, stream);
        }
        catch (final IOException ex)
        {
            if (stream.hasReaderGone())
            {
                return 0;
            }
            throw ex;
        }
        finally
        {
            progress.close();
        }
        final int exitCode = reply.status().exitCode();
        final PrintWriter text = exitCode == 0 ? spec.commandLine().getOut() : spec.commandLine().getErr();
        text.print(exitCode == 0 ? reply.body() : "overlane: " + reply.body());
        text.flush();
        return exitCode;
    }
}
