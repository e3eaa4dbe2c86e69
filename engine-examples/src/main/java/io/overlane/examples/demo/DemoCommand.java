// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.address.IpAddress;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code demo}: two engines in this JVM, joined by UDP on the loopback interface. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Two engines in one JVM exchange an ARP request, a ping, and frames as fast as they go, over UDP on " +
        "127.0.0.1, with in-process ports instead of devices. Runs on any operating system without privileges.",
    footer = {"", "Exit code: 0 if all went well, 1 if not, 2 for bad options."})
public final class DemoCommand implements Callable<Integer>
{
    private static final int MAX_SECONDS = 3600;

    /** Long enough for an answer on loopback even on a busy machine. */
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    @Option(names = "--seconds", paramLabel = "N", description =
        "Seconds for which frames are sent, 1...3600. Default: 3.")
    private int seconds = 3;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException
    {
        if (seconds < 1 || seconds > MAX_SECONDS)
        {
            throw new ParameterException(
                spec.commandLine(), "--seconds " + seconds + ": outside 1..." + MAX_SECONDS);
        }
        final IpAddress loopback = IpAddress.parse("127.0.0.1");
        final Demo demo = new Demo(
            spec.commandLine().getOut(), spec.commandLine().getErr(), TimeUnit.SECONDS.toNanos(seconds), TIMEOUT_NS);
        // Both underlays are bound before either engine starts, as each needs the other's port.
        try (NioUnderlay left = NioUnderlay.open(new UnderlayOptions(loopback, 0).errorHandler(demo));
            NioUnderlay right = NioUnderlay.open(new UnderlayOptions(loopback, 0).errorHandler(demo)))
        {
            demo.run(left, right);
        }
        return 0;
    }
}
