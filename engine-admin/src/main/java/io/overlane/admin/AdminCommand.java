// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.List;

/** Something an operator can ask for. Runs on the admin thread, where it keeps other operators waiting. */
@FunctionalInterface
public interface AdminCommand
{
    /**
     * @param words of the request, those that name the command taken off.
     * @return the answer.
     * @throws AdminException if the request makes no sense or cannot be met.
     */
    Answer run(List<String> words) throws AdminException;
}
