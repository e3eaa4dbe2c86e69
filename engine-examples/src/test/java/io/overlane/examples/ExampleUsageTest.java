// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each example without arguments says which it takes. */
@Timeout(60)
class ExampleUsageTest
{
    @ParameterizedTest
    @ValueSource(classes = {
        CaptureToFile.class, EventLoopEcho.class, FastPathTap.class, FirewallStage.class, L2Chat.class,
        MetricsServer.class, NettyBridge.class, PingResponder.class, QuickStart.class})
    void shouldPrintAUsageLineAndExitWithOne(final Class<?> example) throws Exception
    {
        final Process process = new ProcessBuilder(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), example.getName()))
            .redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), output);
        assertEquals(1, output.lines().count(), output);
        assertTrue(
            output.startsWith("usage: " + example.getSimpleName() + " LOCAL[:PORT] PEER[:PORT]"), output);
    }
}
