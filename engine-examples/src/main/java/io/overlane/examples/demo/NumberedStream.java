// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.MutableDirectBuffer;

/**
 * Sends frames from one station to another at full speed, and checks each at its arrival. One thread runs both
 * stations, in bursts, and never waits for one end while the other has work.
 */
final class NumberedStream
{
    private static final int BURST = 64;

    /** More than are sent at a time, so that a backlog shrinks. */
    private static final int RECEIVE_LIMIT = 4 * BURST;

    /** If no frame arrives for this time after the sender's engine has taken all, the rest counts as lost. */
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Station from;
    private final Station to;
    private final NumberedFrame writer;
    private final NumberedFrame reader;
    private final IdleStrategy idle = new BackoffIdleStrategy(
        10, 10, TimeUnit.MICROSECONDS.toNanos(1), TimeUnit.MICROSECONDS.toNanos(100));

    private long sent;
    private long arrived;
    private long wrong;
    private long late;
    private long highest = -1;
    private long startNs;
    private long endNs;
    private long lastArrivalNs;

    /**
     * Result of a stream.
     *
     * @param frameLength bytes in each frame.
     * @param sent        frames the engine took.
     * @param arrived     frames that arrived, right or wrong.
     * @param wrong       frames among them with changed contents.
     * @param late        frames among them that arrived after one sent later, or twice.
     * @param sendingNs   nanoseconds from the first to the last frame sent.
     * @param arrivingNs  nanoseconds from the first frame sent to the last one that arrived.
     */
    record Result(int frameLength, long sent, long arrived, long wrong, long late, long sendingNs, long arrivingNs)
    {
    }

    NumberedStream(final Station from, final Station to, final int frameLength)
    {
        this.from = from;
        this.to = to;
        writer = new NumberedFrame(from.host(), to.host(), frameLength);
        reader = new NumberedFrame(from.host(), to.host(), frameLength);
    }

    /**
     * Send, receive, and wait for frames in flight.
     *
     * @param sendNs    how long to send, in nanoseconds.
     * @param timeoutNs longest wait for the rest, in nanoseconds.
     */
    void run(final long sendNs, final long timeoutNs)
    {
        final long before = from.counters().encap().framesIn();
        startNs = System.nanoTime();
        lastArrivalNs = startNs;
        while (System.nanoTime() - startNs < sendNs)
        {
            final int received = receive();
            idle.idle(received == RECEIVE_LIMIT ? received : received + send());
        }
        endNs = System.nanoTime();
        while (arrived < sent && !isOver(before, System.nanoTime(), endNs + timeoutNs))
        {
            idle.idle(receive());
        }
    }

    /**
     * Also count frames that the receiver's engine delivered late. Call this after both engines are closed.
     *
     * @return the result.
     */
    Result finish()
    {
        while (receive() > 0)
        {
            idle.reset();
        }
        return new Result(
            writer.length(), sent, arrived, wrong, late, endNs - startNs, Math.max(1, lastArrivalNs - startNs));
    }

    private boolean isOver(final long before, final long nowNs, final long deadlineNs)
    {
        final boolean isQuiet = nowNs - lastArrivalNs > QUIET_NS;
        return nowNs - deadlineNs > 0 || isQuiet && from.counters().encap().framesIn() - before >= sent;
    }

    private int send()
    {
        int count = 0;
        while (count < BURST)
        {
            final int index = from.port().tryClaim(writer.length());
            if (index < 0)
            {
                break;
            }
            writer.write(from.port().buffer(), index, sent);
            from.port().commit(index);
            sent++;
            count++;
        }
        return count;
    }

    private int receive()
    {
        final int count = to.port().poll(this::onFrame, RECEIVE_LIMIT);
        if (count > 0)
        {
            lastArrivalNs = System.nanoTime();
        }
        return count;
    }

    private void onFrame(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        arrived++;
        final long sequence = reader.check(buffer, offset, length);
        if (sequence < 0 || sequence >= sent)
        {
            wrong++;
        }
        else if (sequence <= highest)
        {
            late++;
        }
        else
        {
            highest = sequence;
        }
    }
}
