// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Another host: a network namespace that lives as long as this object, connected with ours by a veth pair. */
final class Peer
{
    private final Process holder;

    private Peer(final Process holder)
    {
        this.holder = holder;
    }

    /** Our end is {@code under0} with 10.0.0.1 and fd10::1, and its is {@code under1} with 10.0.0.2 and fd10::2. */
    static Peer connect() throws Exception
    {
        // The namespace exists when the shell writes; it ends when we close the pipe.
        final Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; cat").start();
        holder.getInputStream().read();
        final Peer peer = new Peer(holder);
        run("ip", "link", "set", "lo", "up");
        run("ip", "link", "add", "under0", "type", "veth", "peer", "name", "under1", "netns",
            Long.toString(holder.pid()));
        run("ip", "addr", "add", "10.0.0.1/24", "dev", "under0");
        run("ip", "addr", "add", "fd10::1/64", "dev", "under0", "nodad");
        run("ip", "link", "set", "under0", "up");
        peer.inside("ip", "link", "set", "lo", "up");
        peer.inside("ip", "addr", "add", "10.0.0.2/24", "dev", "under1");
        peer.inside("ip", "addr", "add", "fd10::2/64", "dev", "under1", "nodad");
        peer.inside("ip", "link", "set", "under1", "up");
        return peer;
    }

    /** Run a command there, and return its output. */
    String inside(final String... command) throws Exception
    {
        return run(insideCommand(command));
    }

    /** A command line that runs a command there. */
    String[] insideCommand(final String... command)
    {
        final List<String> words =
            new ArrayList<>(List.of("nsenter", "-t", Long.toString(holder.pid()), "-n"));
        words.addAll(Arrays.asList(command));
        return words.toArray(String[]::new);
    }

    /** Run a command here, and return its output. */
    static String run(final String... command) throws Exception
    {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0)
        {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /** End the namespace, after its cable: the kernel removes a namespace later than its last process. */
    void close() throws Exception
    {
        run("ip", "link", "del", "under0");
        holder.getOutputStream().close();
        holder.waitFor();
    }
}
