// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.Lab;
import io.overlane.examples.lab.LabHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts, made for each test and gone after it, and bridges between them; for tests to extend. */
abstract class TwoHosts
{
    /** The device of a bridge. */
    static final String DEVICE = "flannel.1";

    @TempDir
    Path directory;

    /** For requests to the bridge that {@link #startLeft} starts. */
    Path socket;

    @AutoClose
    Lab lab;
    LabHost left;
    LabHost right;

    @BeforeEach
    void openLab()
    {
        lab = Lab.openOrSkip().requireTun();
        left = lab.left();
        right = lab.right();
        socket = directory.resolve("left.sock");
    }

    /** Starts a bridge for VXLAN on libc that answers {@link #ctl}. */
    Bridge startLeft(final String... further)
    {
        final List<String> vxlan = Bridge.vxlan(left, right, "libc", false);
        return Bridge.start(left, DEVICE, with(with(vxlan, "--admin", socket.toString()), further));
    }

    /** Starts the bridge at the other end. */
    Bridge startRight(final String... further)
    {
        return Bridge.start(right, DEVICE, with(Bridge.vxlan(right, left, "libc", false), further));
    }

    /** Asks the bridge on the left. */
    CommandResult ctl(final String... request)
    {
        return left.start(Bridge.command(List.of("-XX:TieredStopAtLevel=1"), "ctl",
            with(List.of("--admin", socket.toString()), request))).await(120);
    }

    static List<String> with(final List<String> arguments, final String... further)
    {
        final List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(further));
        return all;
    }

    /** A number of a JSON object, by its name. */
    static long number(final String json, final String name)
    {
        final Matcher matcher = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
        assertTrue(matcher.find(), json);
        return Long.parseLong(matcher.group(1));
    }
}
