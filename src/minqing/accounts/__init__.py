"""accounts (账号与任职): the people who log in, the units they work for, and what they are appointed to.

Owns: people, units, appointments (person x role x area x dates), signing in and its slow-down, the actor of a request.
Promises: a right comes from an appointment that is current today, at its area and below, and from nothing else;
a person with two appointments sees through both and acts in one; losing an appointment is felt at the next request.
Says: SignedIn, PersonAdded, Appointed, AppointmentEnded, PasswordChanged. Listens: nothing.
"""
