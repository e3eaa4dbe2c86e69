// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.cli.OneLineErrors;
import io.overlane.cli.Progress;
import io.overlane.cli.StatsTable;
import io.overlane.status.PathCounters;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.ErrorHandler;

/** Two engines exchange frames and report the result in plain sentences. */
final class Demo implements ErrorHandler
{
    private static final DemoHost LEFT = DemoHost.of("left", "02:00:00:00:00:01", "10.99.0.1");
    private static final DemoHost RIGHT = DemoHost.of("right", "02:00:00:00:00:02", "10.99.0.2");
    private static final int PINGS = 5;
    private static final int FRAME_LENGTH = 1400;

    private final PrintWriter out;
    private final PrintWriter err;
    private final long sendNs;
    private final long timeoutNs;
    private final AtomicReference<Throwable> firstError = new AtomicReference<>();

    /**
     * @param out       for the report.
     * @param err       for the progress of what takes long.
     * @param sendNs    how long to send frames, in nanoseconds.
     * @param timeoutNs after which a frame counts as lost, in nanoseconds.
     */
    Demo(final PrintWriter out, final PrintWriter err, final long sendNs, final long timeoutNs)
    {
        this.out = out;
        this.err = err;
        this.sendNs = sendNs;
        this.timeoutNs = timeoutNs;
    }

    /** Keeps the first failure, which ends the demonstration. */
    @Override
    public void onError(final Throwable error)
    {
        firstError.compareAndSet(null, error);
    }

    /**
     * Run the demonstration.
     *
     * @param leftUnderlay  bound; closed at the end.
     * @param rightUnderlay bound; closed at the end.
     * @throws IOException if something failed; the message is one line.
     */
    void run(final Underlay leftUnderlay, final Underlay rightUnderlay) throws IOException
    {
        final long startNs = System.nanoTime();
        final NumberedStream stream;
        final Station left;
        final Station right;
        try (leftUnderlay;
            rightUnderlay;
            Station openLeft = new Station(LEFT, RIGHT, leftUnderlay, rightUnderlay.local(), this);
            Station openRight = new Station(RIGHT, LEFT, rightUnderlay, leftUnderlay.local(), this))
        {
            left = openLeft;
            right = openRight;
            introduce(left);
            introduce(right);
            ask(left);
            ping(left, right);
            stream = stream(left, right);
        }
        final NumberedStream.Result result = stream.finish();
        printRates(result);
        final DemoLosses losses = DemoLosses.of(result, left.counters().encap(), right.counters().decap());
        out.println("Losses: " + losses);
        printTotals(left, startNs);
        printTotals(right, startNs);
        out.flush();
        check(result, losses, left.counters().encap());
    }

    private void introduce(final Station station)
    {
        final DemoHost host = station.host();
        out.println("Station " + host.name() + ": " + host.ip() + ", " + host.mac() + ", behind an engine on UDP " +
            station.engine().local());
        out.flush();
    }

    private void ask(final Station left) throws IOException
    {
        final long elapsedNs = new ArpExchange(left, RIGHT).run(timeoutNs);
        say("ARP: left asks everybody for %s; its own engine answers %s from its neighbour table after %.3f ms.",
            RIGHT.ip(), RIGHT.mac(), millis(elapsedNs));
    }

    private void ping(final Station left, final Station right) throws IOException
    {
        final EchoExchange echo = new EchoExchange(left, right);
        final long firstNs = echo.run(1, timeoutNs);
        long bestNs = firstNs;
        for (int i = 2; i <= PINGS; i++)
        {
            bestNs = Math.min(bestNs, echo.run(i, timeoutNs));
        }
        say("Ping: left pings right, %d of %d answered; round trip %.3f ms the first time, %.3f ms at best.",
            PINGS, PINGS, millis(firstNs), millis(bestNs));
    }

    private NumberedStream stream(final Station left, final Station right)
    {
        say("Stream: left sends frames of %d bytes to right as fast as they go, for %d s.",
            FRAME_LENGTH, TimeUnit.NANOSECONDS.toSeconds(sendNs));
        final NumberedStream stream = new NumberedStream(left, right, FRAME_LENGTH);
        final Progress progress = Progress.begin(err, () -> "sending");
        try
        {
            stream.run(sendNs, timeoutNs);
        }
        finally
        {
            progress.close();
        }
        return stream;
    }

    private void printRates(final NumberedStream.Result result)
    {
        sayRate("sent", result.sent(), result.sendingNs());
        sayRate("arrived", result.arrived(), result.arrivingNs());
        say("  %d frames with other contents than were sent, %d out of order.", result.wrong(), result.late());
    }

    private void sayRate(final String what, final long frames, final long elapsedNs)
    {
        final double perSecond = frames * 1e9 / elapsedNs;
        say("  %-8s %10d frames %10.0f frames/s %10.1f Mbit/s",
            what, frames, perSecond, perSecond * FRAME_LENGTH * 8 / 1e6);
    }

    private void printTotals(final Station station, final long startNs)
    {
        out.println();
        out.print("Engine " + station.host().name() + ":");
        new StatsTable(station.engine(), startNs).printTotals(out, System.nanoTime());
    }

    private void check(final NumberedStream.Result result, final DemoLosses losses, final PathCounters encap)
        throws IOException
    {
        final Throwable error = firstError.get();
        if (error != null)
        {
            throw new IOException(OneLineErrors.message(error), error);
        }
        require(result.arrived() > 0, "none of " + result.sent() + " frames arrived");
        require(result.wrong() == 0, result.wrong() + " frames arrived with other contents than were sent");
        require(result.arrived() <= result.sent(), "more frames arrived than were sent");
        require(losses.unexplained() == 0, losses.unexplained() + " frames are missing without a reason");
        require(encap.answered() == 1, "the engine counts " + encap.answered() + " answers to one ARP request");
    }

    private static void require(final boolean isRight, final String message) throws IOException
    {
        if (!isRight)
        {
            throw new IOException(message);
        }
    }

    private void say(final String sentence, final Object... values)
    {
        out.printf(Locale.ROOT, sentence + "%n", values);
        out.flush();
    }

    private static double millis(final long ns)
    {
        return ns / 1e6;
    }
}
