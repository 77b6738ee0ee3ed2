"""What people ask shops and assistants of all kinds, in pieces: put together, they are what word vectors are learned from."""

# What people want to do.
DOINGS = """
change the engine oil | replace the brake pads | rotate the tyres | balance the wheels | align the wheels | top up the
coolant | check the tyre pressure | jump start the battery | replace the battery | recharge the air conditioning | clean the
fuel injectors | flush the transmission fluid | replace the cabin filter | replace the air filter | fix a flat tyre | patch a
puncture | repair a chipped windscreen | replace the windshield | repaint the bumper | remove a dent | polish the headlights
| wax the car | apply a ceramic coating | install paint protection film | tint the windows | wash the engine bay | shampoo
the seats | remove pet hair | get rid of the smell | treat the leather | rustproof the underbody | register a used car |
transfer the ownership | trade in my old car | value my car | finance a new car | lease a vehicle | buy out the lease |
extend the warranty | claim on the warranty | report an accident | file an insurance claim | renew the insurance | renew the
road tax | book a test drive | schedule a service | reschedule my appointment | cancel my appointment | pick up my car | drop
off my car | borrow a courtesy car | rent a car | tow my car | charge my electric car | install a wall charger | find a
charging station | update the software | pair my phone with the car | reset the service light | turn off the warning light |
read the dashboard symbols | order spare parts | program a new key | replace a lost key | unlock the car | fit a tow bar |
fit winter tyres | store my summer tyres | pass the emission test | inspect a used car | recall my vehicle | check the vin
number | choose the right oil | drive with the engine light on | warm up the engine | save fuel | track my order | cancel my
order | change the delivery address | return an item | exchange the size | get a refund | apply a coupon | use a gift card |
pay on delivery | pay in instalments | choose a payment method | get an invoice | download the receipt | place a bulk order |
become a distributor | open a franchise | contact customer support | talk to a human | leave a review | complain about the
service | speak to a manager | find a store near me | check the stock | reserve a product | preorder the new model | get free
shipping | ship internationally | change the delivery date | deliver to my pincode | verify that a product is genuine | check
the expiry date | read the ingredients | compare two products | choose the right size | measure my bed | customise the
dimensions | assemble the furniture | wash the cover | flip the mattress | try it for a hundred nights | claim the cashback |
redeem my points | join the loyalty programme | refer a friend | earn rewards | unsubscribe from the newsletter | delete my
account | change my email address | update my phone number | reset my password | verify my identity | log in to my account |
sign up for an account | recover a hacked account | turn on two factor authentication | get a verification code | upload a
document | download the app | update the app | uninstall the app | change the language | switch off notifications | sync my
data | export my data | withdraw my winnings | deposit money | transfer money abroad | open a bank account | close my account
| activate a new card | block a stolen card | change the pin | raise the credit limit | dispute a charge | cancel a transfer
| set up a direct debit | top up my balance | exchange currency | check my balance | check my credit score | apply for a loan
| pay off the mortgage | refinance my loan | pay the electricity bill | split the bill | tip the waiter | save for retirement
| invest in stocks | file my taxes | get a tax refund | report fraud | order a chequebook | link my bank account | join a
contest | create a team | pick a captain | edit my team | score points | play with friends | invite friends to the game | win
the league | book a flight | cancel a flight | check in online | carry a suitcase on board | choose a seat | upgrade to
business class | claim lost luggage | book a hotel room | ask for a late checkout | get a visa | renew my passport | get
vaccinated | rent an apartment | find a taxi | share a ride | catch the bus | read a map | avoid traffic | convert miles to
kilometres | check the weather | set an alarm | set a timer | set a reminder | add an event to my calendar | make a shopping
list | play some music | turn up the volume | send a message | call my mother | translate a sentence | spell a word | define
a word | tell a joke | roll a dice | flip a coin | solve an equation | calculate a tip | cook rice | bake bread | substitute
butter | count calories | lose weight | gain muscle | take protein powder | build a workout plan | sleep better | cure a
headache | see a doctor | book a table | order a pizza | find a recipe | make coffee | feed the cat | train a dog | grow
tomatoes | paint a wall | fix a leaking tap | repair the washing machine | set up the router | connect to the wifi | share a
hotspot | recharge my phone | port my number | activate the sim card | buy more data | use roaming abroad | restart the
device | print a document | scan a photo | take a screenshot | back up my files | install the printer | learn a language |
enrol in a course | apply for a job | ask for a day off | check my payslip | change my schedule | meet someone new | wish a
happy birthday | thank you for the help | change your name | know who made you
"""

# What they ask about.
THINGS = """
oil change | brake pads | brake fluid | tyre rotation | wheel alignment | spare tyre | winter tyres | car battery | timing
belt | spark plugs | air filter | fuel filter | coolant | transmission fluid | gearbox | clutch | engine | turbo | exhaust |
catalytic converter | suspension | shock absorbers | steering wheel | power steering | windscreen wipers | headlights | tail
light | indicator | horn | mirror | sunroof | door handle | window regulator | seat belt | airbag | child seat | air
conditioner | heater | radio | navigation | reversing camera | parking sensor | dashcam | key fob | car alarm | engine light
| tyre pressure light | fuel gauge | mileage | fuel consumption | petrol | diesel | electric car | hybrid | plug-in hybrid |
charging cable | home charger | fast charger | battery range | battery warranty | ceramic coating | car wash | interior
cleaning | paint protection film | window tint | wax | polish | scratch | dent | rust | paint colour | bumper | bonnet |
annual service | major service | minor service | inspection | roadworthy test | recall | service history | service book |
service package | diagnosis fee | labour rate | genuine parts | aftermarket parts | quotation | test drive | new model | used
car | trade-in value | down payment | monthly instalment | interest rate | lease contract | registration | number plate |
road tax | insurance claim | deductible | accident | tow truck | roadside assistance | courtesy car | shuttle service | pick-
up service | waiting lounge | service advisor | technician | workshop | showroom | dealership | opening hours | closing time
| holiday hours | address | parking space | phone number | appointment | booking | reminder | order | delivery | delivery
charge | shipping time | tracking number | courier | package | parcel | return policy | refund | exchange | warranty |
guarantee | trial period | discount | promo code | coupon | gift voucher | sale | offer | price | price list | catalogue |
product | sample | size chart | dimensions | thickness | material | fabric | colour options | weight | mattress | pillow |
bed frame | bedsheet | sofa | foam | spring | protein powder | vitamin tablets | supplement | side effects | dosage |
ingredients | allergy | expiry date | authenticity | certificate | invoice | receipt | tax | customs duty | cash on delivery
| credit card | debit card | bank transfer | instalment plan | payment failure | wallet | balance | points | membership |
loyalty card | subscription | renewal | account | profile | password | username | login | email | verification code |
notification | app | website | update | bug | server | store | branch | franchise | dealer | wholesale price | customer
service | complaint | manager | agent | feedback | review | bank account | savings account | interest | loan | mortgage |
overdraft | card limit | card delivery | virtual card | pin code | cash machine | withdrawal | deposit | transfer | exchange
rate | currency | fee | statement | pending payment | direct debit | cheque | salary | tax form | pension | insurance policy
| premium | coverage | claim status | fraud | identity check | passport | visa | driving licence | flight | boarding pass |
baggage allowance | luggage | hotel | reservation | check-in time | breakfast | swimming pool | restaurant | menu |
vegetarian food | recipe | calories | weather | temperature | traffic | route | distance | time zone | calendar | meeting |
alarm | timer | song | playlist | movie | ticket | football match | score | player | team | contest | league | winnings |
bonus | news | joke | meaning of life | hobby | birthday | doctor | medicine | fever | pain | pregnancy | exercise | gym |
dog | cat | school | homework | exam | course | teacher | job | interview | holiday | sick leave | laptop | phone | screen |
charger | wifi | internet | router | sim card | data plan | roaming | signal | printer | keyboard | electricity bill | water
leak | rent | apartment | furniture | garden | baby | wedding | gift
"""

# What went wrong.
TROUBLES = """
my car will not start | the engine overheats | the engine stalls at idle | the car shakes at high speed | there is a burning
smell | smoke comes from the exhaust | the brakes squeak | the brake pedal feels soft | the steering pulls to the left | the
clutch slips | the gearbox jerks | the air conditioning blows warm air | the heater does not work | the window does not go up
| the door will not lock | the battery keeps dying | the check engine light came on | oil is leaking under the car | there is
water in the boot | i ran out of fuel | i put diesel in a petrol car | i locked the keys inside | i hit a pothole | somebody
scratched my car | i had an accident | my tyre burst | the tyre loses air | the wipers leave streaks | the headlight is out |
the screen in the car went black | the charger does not charge | the range dropped in winter | the paint is peeling | the
seats are stained | the car smells of smoke | the car makes a rattling noise | the work was done badly | the bill is too high
| nobody called me back | i waited two hours | my car is still not ready | the problem came back | i lost my service book |
my order has not arrived | the package is damaged | i received the wrong item | an item is missing | the product is fake |
the size is too small | it is too soft | it broke after a week | my refund has not come | i was charged twice | my payment
failed | money was deducted but the order failed | the coupon does not work | i did not get my cashback | my account is
locked | i forgot my password | i did not get the code | the app keeps crashing | the website is down | i cannot log in |
somebody used my card | my card was declined | my card has not arrived | the cash machine kept my card | the transfer is
pending | the exchange rate was wrong | there is a fee i do not know | i cannot withdraw my money | i did not receive my
bonus | my team disappeared | the points are wrong | the match was cancelled | my flight is late | my luggage is lost | the
room is dirty | my food is cold | the internet is slow | there is no signal | my phone is broken | i lost my wallet | i feel
sick | i am bored | i am lost | i changed my mind | you are not helping | you are a robot
"""

# Frames for each, from many kinds of question.
ABOUT_DOING = """
how do i {} | how can i {} | how to {} | {} | i want to {} | i would like to {} | i need to {} | can you {} for me | can i {}
| is it possible to {} | please help me {} | what do i need to {} | how much does it cost to {} | what is the price to {} |
what do you charge to {} | is there a fee to {} | how long does it take to {} | when can i {} | when should i {} | how often
should i {} | where can i {} | where do i go to {} | do i have to {} | why should i {} | why can i not {} | i cannot {} | i
am unable to {} | i tried to {} but it did not work | what happens if i do not {} | is it safe to {} | do you offer to {} |
which documents do i need to {} | what are the steps to {} | can someone else {} | who can {} | can i {} online | can i {} on
sunday | is it free to {} | should i {} myself | i forgot to {} | help me {} | what is the best way to {} | could you explain
how to {} | i'd like you to {} | am i allowed to {} | do i need an appointment to {} | remind me to {} | is it worth it to {}
"""

ABOUT_THING = """
how much is the {} | {} price | cost of the {} | what is the price of the {} | what does the {} cost | {} | the {} | my {} |
i have a question about the {} | tell me about the {} | what is a {} | what does {} mean | do you have {} | do you sell {} |
do you offer {} | is there a {} | is the {} free | is the {} included | where is my {} | where can i find the {} | when will
i get my {} | when is the {} due | how long does the {} take | how long does the {} last | how long is the {} valid | how
often do i need the {} | how do i get the {} | how do i change my {} | how do i cancel the {} | i want to cancel my {} | i
need a {} | i want a {} | i lost my {} | i have not received my {} | my {} is not working | my {} is broken | there is a
problem with the {} | why is my {} so high | why was my {} refused | what is wrong with my {} | can i change the {} | can i
use my {} | can i get a {} | which {} is best | which {} do you recommend | what kind of {} should i use | what is the
difference between {} and {} | {} or {} | is {} better than {} | does the {} cover {} | is {} needed for {} | what is your {}
| what are your {} | what is the status of my {} | {} details | {} information | {} problem | {} near me | best {} | cheap {}
| new {} | show me the {} | send me the {} | give me the {} | who pays for the {} | is the {} refundable | how do i check the
{} | how do i use the {} | what happens with my {} | my {} expired | can you fix my {} | any discount on {} | {} not received
| {} not working | {} policy
"""

ABOUT_TROUBLE = """
{} | {} what should i do | why does this happen {} | {} please help | hi {} | {} how can i fix it | help {} | what does it
mean when {} | {} who do i call | {} and i am angry | i think {} | it seems that {} | since yesterday {} | {} can you check
"""
