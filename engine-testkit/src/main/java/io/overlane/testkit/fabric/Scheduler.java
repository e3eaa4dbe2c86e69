// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.testkit.SteppedClock;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** The virtual clock, and the tasks that wait for their time. Tasks of one time run in the order of their planning. */
final class Scheduler
{
    private final SteppedClock clock = new SteppedClock();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final long startNs = clock.nanoTime();
    private long planned;
    private long executed;

    private record Task(long timeNs, long number, Runnable action) implements Comparable<Task>
    {
        @Override
        public int compareTo(final Task other)
        {
            return timeNs != other.timeNs ?
                Long.compare(timeNs, other.timeNs) :
                Long.compare(number, other.number);
        }
    }

    SteppedClock clock()
    {
        return clock;
    }

    long nowNs()
    {
        return clock.nanoTime();
    }

    /** Virtual time since the start. */
    long elapsedNs()
    {
        return clock.nanoTime() - startNs;
    }

    long executed()
    {
        return executed;
    }

    void after(final long delayNs, final Runnable action)
    {
        tasks.add(new Task(nowNs() + delayNs, planned++, action));
    }

    /** Run the next task at its time. False if there is none. */
    boolean runNext()
    {
        final Task task = tasks.poll();
        if (task == null)
        {
            return false;
        }
        clock.step(task.timeNs - nowNs(), TimeUnit.NANOSECONDS);
        executed++;
        task.action.run();
        return true;
    }
}
