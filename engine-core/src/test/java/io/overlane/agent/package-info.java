/** The duty cycle and the commands, without threads where it can be. */
package io.overlane.agent;
