// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.ebpf.kernel.AttachedPrograms;
import io.overlane.testkit.InNamespace;
import java.net.NetworkInterface;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The process of an engine ends under load, by SIGKILL or SIGTERM: nothing is left, and the next one carries. */
@Tag("fast-path")
@InNamespace(ipv6 = true)
class KilledProcessTest extends BesideKernel
{
    @BeforeEach
    void addVxlan() throws Exception
    {
        addVxlan(FastPathLab.LOCAL, FastPathLab.REMOTE, "noudpcsum");
    }

    @Test
    void shouldLeaveNothingBehindUnderLoad() throws Exception
    {
        final int underlay = NetworkInterface.getByName("under0").getIndex();
        for (final boolean isForced : new boolean[]{true, false})
        {
            final Process other = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Victim.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            assertEquals('\n', other.getInputStream().read());
            assertEquals(1, AttachedPrograms.atIngress(underlay));
            ping("192.168.7.2");
            final Process load =
                new ProcessBuilder(peer.insideCommand("ping", "-q", "-i", "0.002", "192.168.7.1")).start();
            ping("192.168.7.2");

            if (isForced)
            {
                other.destroyForcibly().waitFor();
            }
            else
            {
                other.destroy();
                other.waitFor();
            }
            final long startNs = System.nanoTime();
            while (AttachedPrograms.atIngress(underlay) > 0)
            {
                assertTrue(System.nanoTime() - startNs < TIMEOUT_NS);
            }
            assertNull(NetworkInterface.getByName("tap0"));
            assertTrue(load.isAlive(), "the peer goes on");
            load.destroy();
            load.waitFor();
        }
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        ping("192.168.7.2");
        await(now -> now.tables().learned() == 1);
        ping("192.168.7.2");
        await(now -> now.encap().delivered().frames() >= 80 && now.decap().delivered().frames() >= 80);
    }

    /** Another process, which is killed. */
    static final class Victim
    {
        private Victim()
        {
        }

        /** Launches an engine, writes a line, and waits. */
        public static void main(final String[] args) throws Exception
        {
            final KilledProcessTest test = new KilledProcessTest();
            test.launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
            System.out.println();
            test.engine.terminated().join();
        }
    }
}
