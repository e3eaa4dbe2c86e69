// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Answers that are wrong on purpose. The server's lock guards it. */
final class Faults
{
    private final List<Fault> faults = new ArrayList<>();

    /** One kind of failure, and how often it is still to be answered. */
    private static final class Fault
    {
        private final Pattern request;
        private final ApiAnswer answer;
        private int left;

        Fault(final int count, final String request, final ApiAnswer answer)
        {
            this.left = count;
            this.request = Pattern.compile(request);
            this.answer = answer;
        }
    }

    void add(final int count, final String request, final ApiAnswer answer)
    {
        faults.add(new Fault(count, request, answer));
    }

    void clear()
    {
        faults.clear();
    }

    /** @return the failure that is next for a request; null if there is none. */
    @Nullable ApiAnswer answer(final ApiRequest request)
    {
        for (final Fault fault : faults)
        {
            if (fault.left > 0 && fault.request.matcher(request.toString()).matches())
            {
                fault.left--;
                return fault.answer;
            }
        }
        return null;
    }
}
