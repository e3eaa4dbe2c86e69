// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two network namespaces joined by a veth pair.
 *
 * <pre>
 *  left                                     right
 *  +-----------------------------+          +-----------------------------+
 *  |          192.0.2.1/24    u1 |---veth---| u2    192.0.2.2/24          |
 *  |   fd00:192:0:2::1/64        |          |       fd00:192:0:2::2/64    |
 *  +-----------------------------+          +-----------------------------+
 * </pre>
 *
 * Nothing outside the two is touched, and both are gone when it is closed or when the JVM is told to end.
 */
public final class Lab implements AutoCloseable
{
    private static final AtomicInteger LABS = new AtomicInteger();

    private final LabHost left;
    private final LabHost right;
    private final CleanUp cleanUp;

    private Lab()
    {
        final String name = "overlane-" + ProcessHandle.current().pid() + "-" + LABS.incrementAndGet();
        left = new LabHost(name + "-left", 1);
        right = new LabHost(name + "-right", 2);
        cleanUp = new CleanUp(this::remove);
    }

    /**
     * Make the two hosts, or skip the calling test and say why.
     *
     * @return the lab.
     */
    public static Lab openOrSkip()
    {
        final Lab lab = new Lab();
        try
        {
            lab.join();
            return lab;
        }
        catch (final Throwable ex)
        {
            lab.close();
            throw ex;
        }
    }

    /** @return the first host. */
    public LabHost left()
    {
        return left;
    }

    /** @return the second host. */
    public LabHost right()
    {
        return right;
    }

    /**
     * Skip the calling test where TAP devices cannot be made.
     *
     * @return this.
     */
    public Lab requireTun()
    {
        left.requireTun();
        return this;
    }

    /**
     * Skip the calling test where the kernel has no vxlan device.
     *
     * @return this.
     */
    public Lab requireKernelVxlan()
    {
        right.requireKernelVxlan();
        return this;
    }

    /**
     * Replace the veth pair by a wire that loses and reorders.
     *
     * @param lossParts    of ten thousand packets that are lost.
     * @param reorderParts of ten thousand packets that are overtaken by later ones.
     * @return the wire.
     */
    public Impairment impair(final int lossParts, final int reorderParts)
    {
        left.ip("link del u1");
        final String classes = Path.of("target/engine-examples.jar").toAbsolutePath() + File.pathSeparator +
            Path.of("target/test-classes").toAbsolutePath();
        final LabProcess wire =
            left.start(ImpairedWire.command(classes, "u1", "u2", lossParts, reorderParts, 0));
        wire.awaitLine(ImpairedWire.READY, 120);
        left.ip("link set u2 netns " + right.namespace());
        setUp();
        return new Impairment(wire);
    }

    /** A wire that loses and reorders. */
    public static final class Impairment
    {
        private final LabProcess wire;

        private Impairment(final LabProcess wire)
        {
            this.wire = wire;
        }

        /** Take the wire away and insist that it was as bad as it should be. */
        public void assertLostAndReordered()
        {
            wire.signal("TERM");
            final String done = wire.awaitLine(ImpairedWire.DONE, 120);
            System.out.println(done + " (carried, lost, overtaken)");
            final String[] counts = done.substring(ImpairedWire.DONE.length()).split(" ");
            assertTrue(Long.parseLong(counts[1]) > 0, done);
            assertTrue(Long.parseLong(counts[2]) > 0, done);
        }
    }

    @Override
    public void close()
    {
        cleanUp.close();
    }

    private void join()
    {
        left.openOrSkip();
        right.openOrSkip();
        left.ip("link add u1 type veth peer name u2 netns " + right.namespace());
        setUp();
    }

    private void setUp()
    {
        for (final LabHost host : List.of(left, right))
        {
            host.setUpUnderlay();
        }
    }

    private void remove()
    {
        left.close();
        right.close();
    }
}
