// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.testdata.FreePorts;
import io.overlane.testdata.Hex;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples with a RingPort run in JVMs of their own, and do what their comments say. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingPortExamplesTest
{
    private static final int FRAMES = 200;

    private final List<Process> processes = new ArrayList<>();
    private final String udpPort = Integer.toString(FreePorts.take(1));

    @AfterEach
    void stop()
    {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void shouldChatBetweenTwoJvms() throws IOException, InterruptedException
    {
        final Process left = start(L2Chat.class, "127.0.0.1:" + udpPort, "127.0.0.2:" + udpPort);
        final Process right = start(L2Chat.class, "127.0.0.2:" + udpPort, "127.0.0.1:" + udpPort);
        final BufferedReader fromLeft = left.inputReader(StandardCharsets.UTF_8);
        final BufferedReader fromRight = right.inputReader(StandardCharsets.UTF_8);
        assertEquals("chat on 127.0.0.1:" + udpPort, fromLeft.readLine());
        assertEquals("chat on 127.0.0.2:" + udpPort, fromRight.readLine());

        final Writer toLeft = left.outputWriter(StandardCharsets.UTF_8);
        toLeft.write("hello\n");
        toLeft.flush();
        assertEquals("hello", fromRight.readLine());
        try (Writer toRight = right.outputWriter(StandardCharsets.UTF_8))
        {
            toRight.write("good-bye\n");
        }
        assertEquals("good-bye", fromLeft.readLine());
        assertEquals(0, right.waitFor(), "ends with its input");
        toLeft.close();
        assertEquals(0, left.waitFor());
    }

    @Test
    void shouldSendEachFrameBackFromAnEventLoop() throws IOException
    {
        final Process echo = start(EventLoopEcho.class, "127.0.0.2:" + udpPort, "127.0.0.1:" + udpPort);
        assertEquals("echo on 127.0.0.2:" + udpPort, echo.inputReader(StandardCharsets.UTF_8).readLine());
        final RingPort port = new RingPort("test", 1450, 64);
        final int number = Integer.parseInt(udpPort);
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), number)))
            .segment(new SegmentContext(1).port(port).flood(Vtep.parse("127.0.0.2", number))));
        try (engine)
        {
            final List<byte[]> answers = new ArrayList<>();
            for (int i = 0; i < FRAMES; i++)
            {
                assertEquals(RingPort.SENT, port.send(Hex.parse("0200000000bb 0200000000aa 88b5" + hex(i))));
                // One at a time: the socket buffer of a loopback address holds few datagrams.
                while (answers.size() <= i)
                {
                    port.awaitFrames(Long.MAX_VALUE);
                    port.poll((buffer, offset, length) ->
                    {
                        final byte[] bytes = new byte[length];
                        buffer.getBytes(offset, bytes);
                        answers.add(bytes);
                    }, 16);
                }
                assertArrayEquals(Hex.parse("0200000000aa 0200000000bb 88b5" + hex(i)), answers.get(i));
            }
        }
        // The engine counts a batch after it has offered it, so the last frame can be here before its count.
        assertEquals(FRAMES, engine.counters().decap().delivered());
    }

    private static String hex(final int number)
    {
        return String.format("%08x", number);
    }

    private Process start(final Class<?> example, final String... arguments) throws IOException
    {
        final List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", System.getProperty("java.class.path"),
            example.getName()));
        command.addAll(List.of(arguments));
        final Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(process);
        return process;
    }
}
