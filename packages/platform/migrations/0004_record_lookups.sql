-- The devices of one message. message_device is keyed by device; asked by message, its rows lie together because a
-- day's rows come in the order of their sequences, so a few block ranges are enough and intake pays next to nothing.
create index message_device_sequence on message_device using brin (sequence) with (pages_per_range = 16);

-- When a message was taken: the first span of its User that reached it. The primary key leads with the direction,
-- whose equality is not leakproof, so under row-level security it would read all spans of the User's day.
create index delivery_reached on delivery (user_id, to_day, to_sequence);
