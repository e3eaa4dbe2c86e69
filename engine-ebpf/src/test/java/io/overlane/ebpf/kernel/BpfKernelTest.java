// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import static io.overlane.ebpf.assembler.Register.R0;
import static io.overlane.ebpf.assembler.Register.R1;
import static io.overlane.ebpf.assembler.Register.R10;
import static io.overlane.ebpf.assembler.Register.R2;
import static io.overlane.ebpf.assembler.Register.R6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.ebpf.assembler.Alu;
import io.overlane.ebpf.assembler.Assembler;
import io.overlane.ebpf.assembler.Code;
import io.overlane.ebpf.assembler.Condition;
import io.overlane.ebpf.assembler.Helper;
import io.overlane.ebpf.assembler.Width;
import io.overlane.testkit.InNamespace;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Maps, programs and links of the live kernel. */
@InNamespace
class BpfKernelTest
{
    private static final int TCX_NEXT = -1;
    private static final int XDP_PASS = 2;

    @BeforeEach
    void needsBpf()
    {
        assumeTrue(BpfSupport.whyUnavailable() == null, BpfSupport::whyUnavailable);
    }

    @Test
    void shouldKeepEntries() throws Exception
    {
        try (BpfMap map = BpfMap.create(BpfMap.Kind.HASH, "entries", 8, 12, 2))
        {
            put(map, 1, 11);
            put(map, 1, 12);
            assertTrue(put(map, 2, 22));
            assertFalse(put(map, 3, 33), "there is no room for a third");

            map.key().putLong(0, 1);
            assertTrue(map.get());
            assertEquals(12, map.value().getLong(0));
            assertTrue(map.remove());
            assertFalse(map.remove());
            assertFalse(map.get());
            assertTrue(put(map, 3, 33), "there is room again");
        }
    }

    @Test
    void shouldRefuseAClosedMap() throws Exception
    {
        final BpfMap map = BpfMap.create(BpfMap.Kind.HASH, "closed", 8, 8, 2);
        map.close();
        map.close();

        final BpfException failure = assertThrows(BpfException.class, map::get);

        assertTrue(failure.getMessage().startsWith("cannot read BPF map 'closed': EBADF"), failure::getMessage);
    }

    @Test
    void shouldWaitForRunningProgramsAgainAndAgain() throws Exception
    {
        try (BpfMap map = BpfMap.create(BpfMap.Kind.HASH, "any", 8, 8, 2))
        {
            final GracePeriod grace = GracePeriod.create(map);
            grace.await();
            grace.await();
            grace.close();

            final BpfException failure = assertThrows(BpfException.class, grace::await);
            assertTrue(failure.getMessage().startsWith("cannot wait for the end of running BPF programs: EBADF"),
                failure::getMessage);
        }
    }

    @Test
    void shouldRunAProgram() throws Exception
    {
        try (BpfMap map = BpfMap.create(BpfMap.Kind.PER_CPU_ARRAY, "counts", 4, 16, 3);
            BpfProgram program = BpfProgram.load(BpfProgram.Kind.TC, "count", counter(TCX_NEXT), Map.of("counts", map)))
        {
            final ProgramRun run = new ProgramRun(program);
            final byte[] frame = new byte[64];
            assertEquals(TCX_NEXT, run.run(frame, 1, 0));
            assertEquals(TCX_NEXT, run.run(frame, 1, 0));

            assertArrayEquals(frame, run.frame());
            assertEquals(2, sum(map));
        }
    }

    @Test
    void shouldSayWhatTheVerifierFound() throws Exception
    {
        final Code wrong = new Assembler().load(Width.LONG, R0, R2, 8).exit().code();

        final BpfException refusal = assertThrows(
            BpfException.class, () -> BpfProgram.load(BpfProgram.Kind.TC, "wrong", wrong, Map.of()));

        assertEquals(BpfException.Reason.REFUSED, refusal.reason());
        final List<String> lines = refusal.getMessage().lines().toList();
        assertEquals("the kernel refuses BPF program 'wrong': R2 !read_ok", lines.get(0));
        assertTrue(lines.contains("0: (79) r0 = *(u64 *)(r2 +8)"), refusal::getMessage);
    }

    @Test
    void shouldRefuseAProgramWithoutItsMap()
    {
        final IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
            () -> BpfProgram.load(BpfProgram.Kind.TC, "count", counter(TCX_NEXT), Map.of()));

        assertEquals("the program uses map 'counts'; give it one of []", refusal.getMessage());
    }

    /** The kernel is an independent reader of the bytes. */
    @Test
    void shouldListAsTheVerifierDoes() throws Exception
    {
        final Code code = counter(TCX_NEXT);
        try (BpfMap map = BpfMap.create(BpfMap.Kind.PER_CPU_ARRAY, "counts", 4, 16, 3))
        {
            final List<String> log = ProgramRun.verifierLog(
                BpfProgram.Kind.TC, code, Map.of("counts", map)).lines().toList();

            final Pattern instruction = Pattern.compile(" *(\\d+: \\(..\\) .*)");
            final List<String> listed = code.toString().lines().filter(line -> instruction.matcher(line).matches())
                .map(String::strip).toList();
            assertEquals(11, listed.size());
            for (final String line : listed)
            {
                final String text = line.replaceFirst("goto .*", "goto pc").replaceFirst("= map .*", "= 0x");
                assertTrue(log.stream().anyMatch(logged -> logged.startsWith(text)), () -> line + "\n" + log);
            }
        }
    }

    @Test
    void shouldRunAtADeviceUntilTheLinkIsClosed() throws Exception
    {
        ip("link", "set", "lo", "up");
        final int loopback = NetworkInterface.getByName("lo").getIndex();
        try (BpfMap map = BpfMap.create(BpfMap.Kind.PER_CPU_ARRAY, "counts", 4, 16, 3))
        {
            final BpfProgram program =
                BpfProgram.load(BpfProgram.Kind.TC, "count", counter(TCX_NEXT), Map.of("counts", map));
            final BpfLink egress = BpfLink.attach(program, BpfLink.Hook.TC_EGRESS, loopback, "lo");
            final BpfLink ingress = BpfLink.attach(program, BpfLink.Hook.TC_INGRESS, loopback, "lo");
            program.close();
            sendAndReceive();
            assertEquals(2, sum(map), "one datagram passes both places");

            ingress.close();
            sendAndReceive();
            assertEquals(3, sum(map));

            egress.close();
            sendAndReceive();
            assertEquals(3, sum(map));
        }
    }

    @Test
    void shouldRunBeforeTheNetworkStack() throws Exception
    {
        ip("link", "set", "lo", "up");
        final int loopback = NetworkInterface.getByName("lo").getIndex();
        try (BpfMap map = BpfMap.create(BpfMap.Kind.PER_CPU_ARRAY, "counts", 4, 16, 3))
        {
            final BpfProgram program =
                BpfProgram.load(BpfProgram.Kind.XDP, "early", counter(XDP_PASS), Map.of("counts", map));
            final BpfLink link = BpfLink.attach(program, BpfLink.Hook.XDP_GENERIC, loopback, "lo");
            final BpfException second = assertThrows(BpfException.class,
                () -> BpfLink.attach(program, BpfLink.Hook.XDP_GENERIC, loopback, "lo"));
            assertTrue(second.getMessage().contains("EBUSY"), second::getMessage);
            sendAndReceive();
            assertEquals(1, sum(map));

            link.close();
            sendAndReceive();
            assertEquals(1, sum(map));
            program.close();
        }
    }

    @Test
    void shouldRefuseALinkThatCannotBe() throws Exception
    {
        try (BpfMap map = BpfMap.create(BpfMap.Kind.PER_CPU_ARRAY, "counts", 4, 16, 3);
            BpfProgram program = BpfProgram.load(BpfProgram.Kind.TC, "count", counter(TCX_NEXT), Map.of("counts", map)))
        {
            final BpfException missing = assertThrows(
                BpfException.class, () -> BpfLink.attach(program, BpfLink.Hook.TC_EGRESS, 9_999, "eth9"));
            assertTrue(missing.getMessage().startsWith("cannot attach BPF program 'count' to the traffic control of " +
                "frames sent on 'eth9': ENODEV"), missing::getMessage);

            final IllegalArgumentException wrong = assertThrows(IllegalArgumentException.class,
                () -> BpfLink.attach(program, BpfLink.Hook.XDP_DRIVER, 1, "lo"));
            assertEquals("program 'count' is for TC, and XDP_DRIVER takes XDP", wrong.getMessage());
        }
    }

    /** Adds 1 to entry 2 of the map for each frame, and lets the frame pass. */
    private static Code counter(final int result)
    {
        return new Assembler()
            .alu(Alu.MOV, R6, R1)
            .store(Width.WORD, R10, -4, 2)
            .map(R1, "counts")
            .alu(Alu.MOV, R2, R10)
            .alu(Alu.ADD, R2, -4)
            .call(Helper.MAP_LOOKUP_ELEM)
            .jump(Condition.EQ, R0, 0, "pass")
            .alu(Alu.MOV, R1, 1)
            .atomicAdd(Width.LONG, R0, 0, R1)
            .label("pass")
            .alu32(Alu.MOV, R0, result)
            .exit()
            .code();
    }

    private static boolean put(final BpfMap map, final long key, final long value) throws BpfException
    {
        map.key().putLong(0, key);
        map.value().putLong(0, value);
        return map.put();
    }

    private static long sum(final BpfMap map) throws BpfException
    {
        map.key().putInt(0, 2);
        assertTrue(map.get());
        long sum = 0;
        for (int offset = 0; offset < map.value().capacity(); offset += 16)
        {
            sum += map.value().getLong(offset);
        }
        return sum;
    }

    private static void sendAndReceive() throws Exception
    {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1")))
        {
            socket.setSoTimeout(10_000);
            socket.send(new DatagramPacket(new byte[10], 10, socket.getLocalSocketAddress()));
            socket.receive(new DatagramPacket(new byte[10], 10));
        }
    }

    private static void ip(final String... words) throws Exception
    {
        final Process process = new ProcessBuilder(
            Stream.concat(Stream.of("ip"), Arrays.stream(words)).toList())
            .inheritIO().start();
        assertEquals(0, process.waitFor());
    }
}
